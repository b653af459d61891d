// Send every message that a client sends to all clients, and to none more than it can take.

// --8<-- [start:room]
use std::sync::{Arc, Mutex};
use std::{env, io, net::SocketAddr, process::ExitCode, time::Duration};

use futures_util::{SinkExt, StreamExt};
use subtle::ConstantTimeEq;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::{task::JoinSet, time::timeout};
use tokio_tungstenite::tungstenite::{
    Error, Message,
    error::ProtocolError,
    handshake::server::{ErrorResponse, Request, Response},
    http::{StatusCode, header},
    protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

const MAX_SIZE: usize = 16 << 10; // bytes of one message
const WAITING: usize = 64; // messages for one client: 1 MiB with the limit above
const LIMIT: Duration = Duration::from_secs(5); // for each handshake and each write

/// The sending ends of all clients' queues.
#[derive(Default)]
struct Room(Mutex<Vec<mpsc::Sender<Message>>>);

impl Room {
    fn join(&self) -> mpsc::Receiver<Message> {
        let (queue, receiver) = mpsc::channel(WAITING);
        let mut queues = self.0.lock().unwrap();
        queues.retain(|queue| !queue.is_closed()); // of those who left
        queues.push(queue);
        receiver
    }

    /// Put the message into each queue, and forget the queues that are full: their clients go.
    fn broadcast(&self, message: &Message) {
        let mut queues = self.0.lock().unwrap();
        queues.retain(|queue| queue.try_send(message.clone()).is_ok());
    }
}
// --8<-- [end:room]

// --8<-- [start:client]
type Queue = mpsc::Receiver<Message>;

/// Take part until someone ends it; return the code and reason that are ours to send.
async fn take_part(
    socket: &mut WebSocketStream<TcpStream>,
    room: &Room,
    mut queue: Queue,
    mut stopping: watch::Receiver<bool>,
) -> Result<Option<(CloseCode, &'static str)>, Error> {
    let (mut sink, mut stream) = socket.split();
    let receiving = async {
        while let Some(message) = stream.next().await {
            let message = message?;
            if message.is_text() || message.is_binary() {
                room.broadcast(&message);
            }
        }
        Ok(None) // the library has answered the close frame
    };
    let sending = async {
        while let Some(message) = queue.recv().await {
            timeout(LIMIT, sink.send(message))
                .await
                .map_err(io::Error::from)??;
        }
        Ok(Some((CloseCode::Again, "too slow"))) // the room has forgotten this queue
    };
    tokio::select! {
        end = receiving => end,
        end = sending => end,
        _ = stopping.wait_for(|stop| *stop) => Ok(Some((CloseCode::Away, "server stopping"))),
    }
}
// --8<-- [end:client]

// --8<-- [start:admit]
struct Server {
    room: Room,
    token: String,
    origin: String,
    places: Arc<Semaphore>,
}

impl Server {
    /// Take a place and a queue, or say with which status the handshake is refused.
    fn admit(&self, request: &Request) -> Result<(OwnedSemaphorePermit, Queue), StatusCode> {
        let text = |name| {
            request
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap_or(""))
        };
        let mut cookies = text(header::COOKIE).unwrap_or("").split(';');
        let session = cookies.find_map(|cookie| cookie.trim().strip_prefix("session="));
        if !bool::from(
            session
                .unwrap_or("")
                .as_bytes()
                .ct_eq(self.token.as_bytes()),
        ) {
            return Err(StatusCode::UNAUTHORIZED);
        }
        // Browsers always send Origin; other clients need not.
        if text(header::ORIGIN).is_some_and(|origin| origin != self.origin) {
            return Err(StatusCode::FORBIDDEN);
        }
        match self.places.clone().try_acquire_owned() {
            Ok(place) => Ok((place, self.room.join())),
            Err(_) => Err(StatusCode::SERVICE_UNAVAILABLE),
        }
    }

    #[allow(clippy::result_large_err)] // of the callback, whose type is the library's
    async fn connection(
        &self,
        stream: TcpStream,
        stopping: watch::Receiver<bool>,
    ) -> Result<(), Error> {
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_SIZE))
            .max_frame_size(Some(MAX_SIZE))
            .read_buffer_size(8 << 10);
        let mut admitted = None;
        let callback = |request: &Request, response: Response| match self.admit(request) {
            Ok(place_and_queue) => {
                admitted = Some(place_and_queue);
                Ok(response)
            }
            Err(status) => {
                let mut refusal = ErrorResponse::new(None);
                *refusal.status_mut() = status;
                Err(refusal)
            }
        };
        let accepting = accept_hdr_async_with_config(stream, callback, Some(config));
        let mut socket = timeout(LIMIT, accepting).await.map_err(io::Error::from)??;
        let Some((place, queue)) = admitted else {
            return Ok(()); // the handshake succeeds only with both
        };
        let end = take_part(&mut socket, &self.room, queue, stopping).await;
        let code = match &end {
            Ok(code) => *code,
            Err(error) => code_for(error).map(|code| (code, "")),
        };
        if let Some((code, reason)) = code {
            let _ = timeout(LIMIT, close(&mut socket, code, reason)).await; // the peer may be gone
        }
        drop(place);
        end.map(|_| ())
    }
}
// --8<-- [end:admit]

// --8<-- [start:close]
/// Say which close code tells the peer what it did; the library sends none of them.
fn code_for(error: &Error) -> Option<CloseCode> {
    match error {
        Error::Capacity(_) => Some(CloseCode::Size),
        Error::Utf8(_) => Some(CloseCode::Invalid),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
        Error::Protocol(_) => Some(CloseCode::Protocol),
        _ => None,
    }
}

async fn close(
    socket: &mut WebSocketStream<TcpStream>,
    code: CloseCode,
    reason: &'static str,
) -> Result<(), Error> {
    socket
        .close(Some(CloseFrame {
            code,
            reason: reason.into(),
        }))
        .await?;
    while let Some(message) = socket.next().await {
        message?; // up to the peer's close frame, or nothing after an error
    }
    // Bytes left unread would turn the end into a reset, and the peer could miss the close frame.
    let stream = socket.get_mut();
    stream.shutdown().await?;
    tokio::io::copy(stream, &mut tokio::io::sink()).await?;
    Ok(())
}
// --8<-- [end:close]

// --8<-- [start:main]
async fn serve(port: u16, server: Server) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on ws://{}", listener.local_addr()?);

    let server = Arc::new(server);
    let (stop, stopping) = watch::channel(false);
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    open.spawn(report(server.clone(), stream, peer, stopping.clone()));
                }
                Err(error) => {
                    eprintln!("broadcast_server: {error}"); // no file descriptor left, for example
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = open.join_next() => {}
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        }
    }
    stop.send_replace(true);
    while open.join_next().await.is_some() {}
    Ok(())
}

async fn report(
    server: Arc<Server>,
    stream: TcpStream,
    peer: SocketAddr,
    stopping: watch::Receiver<bool>,
) {
    if let Err(error) = server.connection(stream, stopping).await {
        eprintln!("broadcast_server: {peer}: {error}");
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let setting = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let port = env::args().nth(1).and_then(|port| port.parse().ok());
    let (Some(port), Some(token), Some(origin)) = (port, setting("TOKEN"), setting("ORIGIN"))
    else {
        eprintln!("usage: TOKEN=secret ORIGIN=https://app.example.com broadcast_server PORT");
        return ExitCode::from(2);
    };
    let most = setting("MAX_CLIENTS")
        .and_then(|most| most.parse().ok())
        .unwrap_or(1000);
    let places = Arc::new(Semaphore::new(most));
    let server = Server {
        room: Room::default(),
        token,
        origin,
        places,
    };
    if let Err(error) = serve(port, server).await {
        eprintln!("broadcast_server: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
// --8<-- [end:main]
