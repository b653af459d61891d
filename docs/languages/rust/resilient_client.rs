// Print every message that a server sends; connect again whenever the connection is lost.

// --8<-- [start:decide]
use std::{env, fmt, io, process::ExitCode, time::Duration};

use futures_util::{SinkExt, StreamExt};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio::{net::TcpStream, sync::watch};
use tokio_tungstenite::tungstenite::{
    Bytes, Error, Message,
    protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

const MAX_SIZE: usize = 64 << 10; // bytes of one message
const LONGEST: f64 = 60.0; // seconds of the longest pause that grows
const STABLE: f64 = 60.0; // seconds after which a connection is good; a dead one is noticed in 30

/// Why there is no connection.
enum Lost {
    Closed(u16, String), // the server's close frame
    Failed(Error),
    NoPong,
    Stopped, // by our user
}

impl Lost {
    /// Say whether the next attempt would end the same way.
    fn is_final(&self) -> bool {
        match self {
            Lost::Closed(code, _) => matches!(code, 1000 | 1008),
            Lost::Failed(Error::Http(response)) => response.status().is_client_error(),
            Lost::Failed(error) => matches!(error, Error::Url(_) | Error::HttpFormat(_)),
            Lost::NoPong => false,
            Lost::Stopped => true,
        }
    }

    /// Say how many seconds to wait before an attempt, counted from the last good connection.
    fn pause(&self, attempt: i32) -> f64 {
        match self {
            Lost::Closed(1012, _) => rand::random_range(5.0..=30.0), // restart: spread out
            Lost::Closed(1013, _) => rand::random_range(30.0..=60.0), // overloaded: leave it alone
            // Full jitter: anything from 0.
            _ => rand::random_range(0.0..=LONGEST.min(2f64.powi(attempt - 1))),
        }
    }
}
impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lost::Closed(code, reason) => write!(f, "closed with {code} {reason:?}"),
            Lost::Failed(error) => error.fmt(f),
            Lost::NoPong => f.write_str("no pong"),
            Lost::Stopped => f.write_str("stopped"),
        }
    }
}

// --8<-- [end:decide]

// --8<-- [start:listen]
type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Stopping = watch::Receiver<bool>;

async fn listen(url: &str, second: Duration, mut stopping: Stopping) -> Lost {
    let mut attempt = 0;
    loop {
        let (lasted, lost) = connection(url, second, &mut stopping).await;
        if lost.is_final() {
            return lost;
        }
        if lasted > second.mul_f64(STABLE) {
            attempt = 0;
        }
        attempt += 1;
        let wait = second.mul_f64(lost.pause(attempt));
        eprintln!("lost: {lost}; attempt {attempt} in {} ms", wait.as_millis());
        tokio::select! {
            _ = sleep(wait) => {}
            _ = stopping.wait_for(|stop| *stop) => return Lost::Stopped,
        }
    }
}

/// Return how long the connection was open, and why it ended.
async fn connection(url: &str, second: Duration, stopping: &mut Stopping) -> (Duration, Lost) {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_SIZE))
        .max_frame_size(Some(MAX_SIZE));
    let dialing = connect_async_with_config(url, Some(config), false);
    let dialed = tokio::select! {
        dialed = timeout(Duration::from_secs(10), dialing) => dialed,
        _ = stopping.wait_for(|stop| *stop) => return (Duration::ZERO, Lost::Stopped),
    };
    let mut socket = match dialed.map_err(|late| Error::Io(late.into())) {
        Ok(Ok((socket, _response))) => socket,
        Ok(Err(error)) | Err(error) => return (Duration::ZERO, Lost::Failed(error)),
    };
    // To the server this client is new: subscribe here, and ask for what was missed.
    eprintln!("connected");
    let opened = Instant::now();
    let lost = receive(&mut socket, second, stopping).await;
    (opened.elapsed(), lost.unwrap_or_else(Lost::Failed))
}
// --8<-- [end:listen]

// --8<-- [start:receive]
async fn receive(
    socket: &mut Socket,
    second: Duration,
    stopping: &mut Stopping,
) -> Result<Lost, Error> {
    let mut pinged = false; // and no pong since
    let mut due = Instant::now() + second * 20;
    loop {
        tokio::select! {
            message = socket.next() => match message.unwrap_or(Err(Error::ConnectionClosed))? {
                Message::Text(text) => println!("{text}"),
                Message::Pong(_) => {
                    pinged = false;
                    due = Instant::now() + second * 20;
                }
                Message::Close(frame) => {
                    finish(socket).await; // the library answers, which takes a poll
                    let (code, reason) = match frame {
                        Some(frame) => (frame.code.into(), frame.reason.to_string()),
                        None => (1005, String::new()),
                    };
                    return Ok(Lost::Closed(code, reason));
                }
                _ => {}
            },
            _ = sleep_until(due) => {
                if pinged {
                    return Ok(Lost::NoPong);
                }
                pinged = true;
                due += second * 10;
                socket.send(Message::Ping(Bytes::new())).await?;
            }
            _ = stopping.wait_for(|stop| *stop) => {
                let code = CloseCode::Normal;
                socket.close(Some(CloseFrame { code, reason: "".into() })).await?;
                finish(socket).await;
                return Ok(Lost::Stopped);
            }
        }
    }
}

/// Read until the server has ended the connection, for 5 s at most.
async fn finish(socket: &mut Socket) {
    let rest = async { while let Some(Ok(_)) = socket.next().await {} };
    let _ = timeout(Duration::from_secs(5), rest).await;
}
// --8<-- [end:receive]

// --8<-- [start:main]
#[tokio::main]
async fn main() -> io::Result<ExitCode> {
    // The library would try any scheme where the address has a port.
    let is_websocket = |url: &String| url.starts_with("ws://") || url.starts_with("wss://");
    let Some(url) = env::args().nth(1).filter(is_websocket) else {
        eprintln!("usage: resilient_client ws://HOST:PORT/PATH");
        return Ok(ExitCode::from(2));
    };
    let unit = env::var("UNIT_MS").ok().and_then(|unit| unit.parse().ok());
    let second = Duration::from_millis(unit.unwrap_or(1000)); // our tests make it short

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (stop, stopping) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stop.send_replace(true);
    });
    match listen(&url, second, stopping).await {
        Lost::Closed(1000, _) | Lost::Stopped => Ok(ExitCode::SUCCESS),
        lost => {
            eprintln!("resilient_client: {lost}");
            Ok(ExitCode::FAILURE)
        }
    }
}
// --8<-- [end:main]
