//! Where a service listens, as its `init` is told.

use std::net::{Ipv4Addr, SocketAddr};

use carekey_operate::{Multiaddr, multiaddress};

#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    /// A socket to listen on, as 192.0.2.7:4101 or /ip4/192.0.2.7/tcp/4101. May be given several times.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    listen: Vec<Multiaddr>,
    /// Where others reach this computer, if that is not what it listens on.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) announce: Vec<Multiaddr>,
    /// Where health and metrics are served, on this computer only.
    #[arg(long, value_name = "ADDRESS")]
    monitor: Option<SocketAddr>,
}

impl Place {
    /// The sockets; all of this computer's on the usual port if only `--announce` was given.
    pub(crate) fn listen(&self, usual_port: u16) -> Result<Vec<Multiaddr>, String> {
        if !self.listen.is_empty() {
            return Ok(self.listen.clone());
        }
        if self.announce.is_empty() {
            return Err(format!("--listen: name the socket others reach, such as 192.0.2.7:{usual_port}"));
        }
        Ok(vec![multiaddress((Ipv4Addr::UNSPECIFIED, usual_port).into())])
    }

    /// The monitor's socket.
    pub(crate) fn monitor(&self, usual_port: u16) -> SocketAddr {
        self.monitor.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, usual_port).into())
    }

    /// Whether anything was said.
    pub(crate) fn is_given(&self) -> bool {
        !self.listen.is_empty() || !self.announce.is_empty() || self.monitor.is_some()
    }
}

fn address(text: &str) -> Result<Multiaddr, String> {
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return Ok(multiaddress(socket));
    }
    text.parse().map_err(|_| "write it as 192.0.2.7:4101 or /ip4/192.0.2.7/tcp/4101".to_owned())
}
