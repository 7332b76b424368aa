//! The service on port 8080, for the token in `CONTACTS_TOKEN`.

use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let token = std::env::var("CONTACTS_TOKEN")?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, contact_service::app(&token)).await?;
    Ok(())
}
