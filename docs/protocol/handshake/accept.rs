//! Prints the Sec-WebSocket-Accept value for the Sec-WebSocket-Key given as the only argument.

// --8<-- [start:accept]
use base64::{engine::general_purpose::STANDARD, Engine};
use sha1::{Digest, Sha1};

const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

fn accept(key: &str) -> String {
    STANDARD.encode(Sha1::digest(format!("{key}{GUID}")))
}
// --8<-- [end:accept]

fn main() -> std::process::ExitCode {
    let keys: Vec<String> = std::env::args().skip(1).collect();
    let [key] = keys.as_slice() else {
        eprintln!("usage: cargo run -- KEY");
        return std::process::ExitCode::FAILURE;
    };
    println!("{}", accept(key));
    std::process::ExitCode::SUCCESS
}
