/* The loop of the load: sends ready frames, finds where the echoes end, sends the next ones.

   In C, so that the load takes less time for a message than any server that is measured. Called by
   exchange.py, which opens the connections and has checked an echo on each, byte by byte. */

#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 1 << 18, EVENTS = 128 };
enum { FAILED = -1, CLOSED = -2, NOT_A_MESSAGE = -3, NOT_SENT = -4, SILENT = -5 };

/* A connection: what has come of a frame's header, and how much of its payload is still to come. */
struct peer {
  int32_t fd;
  int32_t have;
  int64_t left;
  uint8_t header[4];
};

/* Frames one after the other: the number n is at bytes[at[n]] and ends where the next begins. */
struct messages {
  const uint8_t *bytes;
  const uint64_t *at;
  uint64_t count;
  uint64_t next;
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

/* How many messages end in the bytes. A server's data frame of less than 64 KiB: RFC 6455, 5.2. */
int64_t ended(struct peer *peer, const uint8_t *data, int64_t size) {
  int64_t done = 0;
  for (int64_t position = 0; position < size;) {
    if (peer->left == 0) {
      uint8_t *header = peer->header;
      header[peer->have++] = data[position++];
      if (peer->have == 1 && (header[0] & 0xBF) != 0x81 && (header[0] & 0xBF) != 0x82)
        return NOT_A_MESSAGE;
      if (peer->have == 2 && header[1] > 126)
        return NOT_A_MESSAGE;
      if (peer->have < 2 || (header[1] == 126 && peer->have < 4))
        continue;
      peer->left = header[1] < 126 ? header[1] : header[2] << 8 | header[3];
    }
    int64_t here = size - position < peer->left ? size - position : peer->left;
    position += here;
    peer->left -= here;
    if (peer->left == 0) {
      peer->have = 0;
      done++;
    }
  }
  return done;
}

static int64_t send_some(struct peer *peer, struct messages *messages, int64_t number) {
  while (number > 0) {
    uint64_t first = messages->next % messages->count;
    uint64_t last = first + number < messages->count ? first + number : messages->count;
    int64_t size = messages->at[last] - messages->at[first];
    int64_t sent = send(peer->fd, messages->bytes + messages->at[first], size, MSG_NOSIGNAL);
    if (sent != size)
      return sent < 0 ? FAILED : NOT_SENT;
    messages->next += last - first;
    number -= last - first;
  }
  return 0;
}

static int64_t receive(struct peer *peer) {
  static uint8_t buffer[BUFFER];
  int64_t size = recv(peer->fd, buffer, BUFFER, 0);
  if (size <= 0)
    return size < 0 ? FAILED : CLOSED;
  return ended(peer, buffer, size);
}

/* Send `first` messages on each connection, then one for each that comes back, for some seconds.
   Returns the number of echoes, or one of the errors above; `patience` is the wait for one, in ms. With `times`, which has room for
   `room` of them, the time from one echo's end to the next is kept, in seconds. */
int64_t exchange(struct peer *peers, int64_t number, struct messages *messages, int64_t first,
                 double seconds, int32_t patience, double *times, int64_t room) {
  struct epoll_event events[EVENTS];
  int64_t done = 0, result = 0;
  int poll = epoll_create1(0);
  if (poll < 0)
    return FAILED;
  for (int64_t index = 0; index < number && result >= 0; index++) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &peers[index]};
    result = epoll_ctl(poll, EPOLL_CTL_ADD, peers[index].fd, &event);
    if (result >= 0)
      result = send_some(&peers[index], messages, first);
  }
  double last = now(), end = last + seconds;
  while (result >= 0 && last < end) {
    int ready = epoll_wait(poll, events, EVENTS, patience);
    if (ready <= 0 && errno != EINTR)
      result = ready < 0 ? FAILED : SILENT;
    for (int index = 0; index < ready && result >= 0; index++) {
      struct peer *peer = events[index].data.ptr;
      if ((result = receive(peer)) <= 0)
        continue;
      done += result;
      double before = last;
      last = now();
      if (times && done <= room)
        times[done - 1] = last - before;
      result = send_some(peer, messages, result);
    }
  }
  int reason = errno;
  close(poll);
  errno = reason;
  return result < 0 ? result : done;
}
