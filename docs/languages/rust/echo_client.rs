// Send one text and one binary message to an echo server and check what comes back.

// --8<-- [start:imports]
use std::{env, error::Error, process::ExitCode, time::Duration};

use futures_util::{SinkExt, StreamExt};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
// --8<-- [end:imports]

// --8<-- [start:connect]
const MAX_SIZE: usize = 64 << 10; // bytes of one message

async fn run(url: &str) -> Result<(), Box<dyn Error>> {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_SIZE))
        .max_frame_size(Some(MAX_SIZE));
    let (mut socket, _response) = connect_async_with_config(url, Some(config), false).await?;

    exchange(&mut socket, Message::text("Hello, WebSocket! ✓")).await?;
    exchange(&mut socket, Message::binary(vec![0x00, 0x7f, 0x80, 0xff])).await?;

    let code = CloseCode::Normal;
    socket
        .close(Some(CloseFrame {
            code,
            reason: "".into(),
        }))
        .await?;
    while let Some(message) = socket.next().await {
        message?; // the server's close frame is the last
    }
    Ok(())
}
// --8<-- [end:connect]

// --8<-- [start:exchange]
async fn exchange(socket: &mut Socket, message: Message) -> Result<(), Box<dyn Error>> {
    socket.send(message.clone()).await?;
    let echo = loop {
        match socket.next().await.ok_or("connection closed")?? {
            Message::Ping(_) | Message::Pong(_) => {} // the library has answered the ping
            other => break other,
        }
    };
    if echo != message {
        return Err(format!("sent {message:?}, received {echo:?}").into());
    }
    match echo {
        Message::Text(text) => println!("text: {:?}", text.as_str()),
        other => println!("binary: {:02x?}", &other.into_data()[..]),
    }
    Ok(())
}
// --8<-- [end:exchange]

// --8<-- [start:main]
#[tokio::main]
async fn main() -> ExitCode {
    let Some(url) = env::args().nth(1) else {
        eprintln!("usage: echo_client ws://HOST:PORT/PATH");
        return ExitCode::from(2);
    };
    let result = match timeout(Duration::from_secs(5), run(&url)).await {
        Ok(result) => result,
        Err(_) => Err("no answer within 5 s".into()),
    };
    if let Err(error) = result {
        eprintln!("echo_client: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
// --8<-- [end:main]
