// A page's heartbeat. Its server answers the text "ping" with the text "ping".

// --8<-- [start:watch]
/**
 * Asks after `every` silent seconds, and calls `dead` after `patience` more without
 * an answer. Tells `roundTrip` the milliseconds from question to answer.
 */
export function watch(socket, { dead, roundTrip, every = 20, patience = 10 }) {
  let timer = 0;
  let asked = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, every * 1000);
  };
  const ask = () => {
    asked = performance.now();
    socket.send("ping");
    timer = setTimeout(dead, patience * 1000);
  };
  socket.addEventListener("message", ({ data }) => {
    wait(); // whatever arrives, the line is alive
    if (data === "ping" && asked) roundTrip?.(performance.now() - asked);
    if (data === "ping") asked = 0;
  });
  socket.addEventListener("close", () => clearTimeout(timer));
  wait();
}
// --8<-- [end:watch]
