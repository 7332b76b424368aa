//! Answers that are not the service's word: a gateway, a load balancer or a filter in front of it speaks for itself.

use crate::spec::model::{Operation, Service};

use super::{Answer, Reply, content_type, decode};

/// What gateways answer by themselves, where no documented row has the status: too many requests, and no service behind them
/// (RFC 6585, section 4; RFC 9110, sections 15.6.3 to 15.6.5).
const OWN: [u16; 4] = [429, 502, 503, 504];

/// What a gateway in front of the target answers, as the target's configuration says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayAnswer {
    /// The statuses.
    pub statuses: Vec<u16>,
    /// The media type of its body; `None` is any.
    pub kind: Option<String>,
    /// Whether asking again is of no use.
    pub is_final: bool,
}

/// What a gateway's answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gateway {
    /// Not now: the same call may reach the service a moment later.
    Busy,
    /// Never: a filter refuses such a call.
    Final,
}

impl GatewayAnswer {
    fn is(&self, answer: &Answer) -> bool {
        let kind = self.kind.as_deref();
        self.statuses.contains(&answer.status) && kind.is_none_or(|kind| content_type(answer) == Some(kind))
    }
}

/// Whether an answer is a gateway's: one that the configuration names, or one of its statuses with which no row of the page
/// comes.
pub fn gateway(
    service: &Service,
    operation: &Operation,
    answer: &Answer,
    named: &[GatewayAnswer],
) -> Option<Gateway> {
    if let Some(named) = named.iter().find(|named| named.is(answer)) {
        return Some(if named.is_final { Gateway::Final } else { Gateway::Busy });
    }
    if !OWN.contains(&answer.status) {
        return None;
    }
    let is_documented = match decode(service, operation, answer) {
        Reply::Refused { code, .. } => {
            let rows = service.rows_answering(operation, &code, answer.status);
            rows.iter().any(|row| row.status.is_none_or(|status| status == answer.status))
        }
        _ => false,
    };
    (!is_documented).then_some(Gateway::Busy)
}
