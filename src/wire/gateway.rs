//! Responses that do not come from the service, but from a gateway, load balancer or filter in front of it.

use crate::spec::model::{Operation, Service};

use super::{Reply, Response, content_type, decode};

/// Statuses that gateways return on their own, unless a documented row has the status: too many requests, or no service
/// behind the gateway (RFC 6585, section 4; RFC 9110, sections 15.6.3 to 15.6.5).
const OWN: [u16; 4] = [429, 502, 503, 504];

/// A response of a gateway in front of the target, as described in the target's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayResponse {
    /// The statuses.
    pub statuses: Vec<u16>,
    /// The media type of the body; `None` matches any.
    pub kind: Option<String>,
    /// `true` if a retry is of no use.
    pub is_final: bool,
}

/// The meaning of a gateway's response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gateway {
    /// A temporary condition: the same call may reach the service a moment later.
    Busy,
    /// A permanent condition: a filter rejects such calls.
    Final,
}

impl GatewayResponse {
    fn is(&self, response: &Response) -> bool {
        let kind = self.kind.as_deref();
        self.statuses.contains(&response.status)
            && kind.is_none_or(|kind| content_type(response) == Some(kind))
    }
}

/// Returns what a response means if it comes from a gateway: if the configuration describes it, or if it has one of the
/// gateway statuses and no row of the page covers it.
pub fn gateway(
    service: &Service,
    operation: &Operation,
    response: &Response,
    named: &[GatewayResponse],
) -> Option<Gateway> {
    if let Some(named) = named.iter().find(|named| named.is(response)) {
        return Some(if named.is_final { Gateway::Final } else { Gateway::Busy });
    }
    if !OWN.contains(&response.status) {
        return None;
    }
    let is_documented = match decode(service, operation, response) {
        Reply::Rejected { code, .. } => {
            let rows = service.rows_matching(operation, &code, response.status);
            rows.iter().any(|row| row.status.is_none_or(|status| status == response.status))
        }
        _ => false,
    };
    (!is_documented).then_some(Gateway::Busy)
}
