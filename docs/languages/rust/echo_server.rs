// Send every message back; on SIGTERM close each connection with 1001.

// --8<-- [start:connection]
use std::{env, io, net::SocketAddr, process::ExitCode, time::Duration};

use futures_util::{SinkExt, StreamExt};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::{sync::watch, task::JoinSet, time::timeout};
use tokio_tungstenite::tungstenite::{
    Error,
    error::ProtocolError,
    protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
};
use tokio_tungstenite::{WebSocketStream, accept_async_with_config};

const MAX_SIZE: usize = 64 << 10; // bytes of one message
const LIMIT: Duration = Duration::from_secs(5); // for each handshake and each write

/// Echo until either side closes; return the code that is ours to send.
async fn echo(
    socket: &mut WebSocketStream<TcpStream>,
    mut stopping: watch::Receiver<bool>,
) -> Result<Option<CloseCode>, Error> {
    loop {
        let message = tokio::select! {
            message = socket.next() => message,
            _ = stopping.wait_for(|stop| *stop) => return Ok(Some(CloseCode::Away)),
        };
        match message {
            None => return Ok(None), // the library has answered the close frame
            Some(message) => {
                let message = message?;
                if message.is_text() || message.is_binary() {
                    // A peer that does not read loses its connection.
                    timeout(LIMIT, socket.send(message))
                        .await
                        .map_err(io::Error::from)??;
                }
            }
        }
    }
}
// --8<-- [end:connection]

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

async fn close(socket: &mut WebSocketStream<TcpStream>, code: CloseCode) -> Result<(), Error> {
    socket
        .close(Some(CloseFrame {
            code,
            reason: "".into(),
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

async fn connection(stream: TcpStream, peer: SocketAddr, stopping: watch::Receiver<bool>) {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_SIZE))
        .max_frame_size(Some(MAX_SIZE))
        .read_buffer_size(8 << 10);
    let mut socket = match timeout(LIMIT, accept_async_with_config(stream, Some(config))).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(error)) => return eprintln!("echo_server: {peer}: {error}"),
        Err(_) => return eprintln!("echo_server: {peer}: no handshake"),
    };
    let end = echo(&mut socket, stopping).await;
    if let Err(error) = &end {
        eprintln!("echo_server: {peer}: {error}");
    }
    if let Some(code) = end.unwrap_or_else(|error| code_for(&error)) {
        let _ = timeout(LIMIT, close(&mut socket, code)).await; // the peer may be gone
    }
}
// --8<-- [end:close]

// --8<-- [start:main]
async fn serve(port: u16) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on ws://{}", listener.local_addr()?);

    let (stop, stopping) = watch::channel(false);
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    open.spawn(connection(stream, peer, stopping.clone()));
                }
                Err(error) => {
                    eprintln!("echo_server: {error}"); // no file descriptor left, for example
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

#[tokio::main]
async fn main() -> ExitCode {
    let Some(port) = env::args().nth(1).and_then(|port| port.parse().ok()) else {
        eprintln!("usage: echo_server PORT");
        return ExitCode::from(2);
    };
    if let Err(error) = serve(port).await {
        eprintln!("echo_server: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
// --8<-- [end:main]
