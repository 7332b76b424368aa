//! Pending responses, and what becomes of them after a decision.

use std::collections::{BTreeMap, HashMap};

use super::compare::{by_id, difference};
use super::file::Entry;

/// A decision about a pending response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The pending response becomes the accepted one.
    Accept,
    /// The accepted response stays.
    Reject,
}

/// A pending response that differs from the accepted one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The case.
    pub id: String,
    /// The difference, line by line: `-` accepted, `+` pending. Two proposals with the same difference are of one kind.
    pub diff: String,
}

/// Returns what a pending file proposes: changed responses, responses of new cases, and no response for cases that no
/// longer exist.
pub fn proposals(accepted: &[Entry], pending: &[Entry]) -> Vec<Proposal> {
    let (old, new) = (by_id(accepted), by_id(pending));
    let proposal = |id: &str| {
        let text = |entries: &HashMap<&str, &str>| entries.get(id).copied().unwrap_or_default().to_owned();
        let (old, new) = (text(&old), text(&new));
        (old != new).then(|| Proposal { id: id.to_owned(), diff: difference(&old, &new) })
    };
    let removed = accepted.iter().filter(|entry| !new.contains_key(entry.id.as_str()));
    pending.iter().chain(removed).filter_map(|entry| proposal(&entry.id)).collect()
}

/// Returns the accepted and the pending responses after the decisions. Undecided responses stay the same on both sides.
pub fn apply_decisions(
    accepted: &[Entry],
    pending: &[Entry],
    decided: &BTreeMap<String, Decision>,
) -> (Vec<Entry>, Vec<Entry>) {
    let (old, new) = (by_id(accepted), by_id(pending));
    let removed = accepted.iter().filter(|entry| !new.contains_key(entry.id.as_str()));
    let ids = pending.iter().chain(removed).map(|entry| entry.id.as_str());
    let pick = |from: &HashMap<&str, &str>, id: &str| {
        from.get(id).map(|text| Entry { id: id.to_owned(), text: (*text).to_owned() })
    };
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for id in ids {
        let (left, right) = match decided.get(id) {
            Some(Decision::Accept) => (&new, &new),
            Some(Decision::Reject) => (&old, &old),
            None => (&old, &new),
        };
        first.extend(pick(left, id));
        second.extend(pick(right, id));
    }
    (first, second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(pairs: &[(&str, &str)]) -> Vec<Entry> {
        pairs.iter().map(|(id, text)| Entry { id: (*id).to_owned(), text: (*text).to_owned() }).collect()
    }

    #[test]
    fn each_response_is_decided_separately() {
        let accepted = entries(&[
            ("same", "200 {}"),
            ("taken", "200 {}"),
            ("kept", "200 {}"),
            ("open", "200 {}"),
            ("gone", "200 {}"),
        ]);
        let pending = entries(&[
            ("same", "200 {}"),
            ("taken", "201 {}"),
            ("kept", "202 {}"),
            ("open", "203 {}"),
            ("new", "204 {}"),
        ]);
        let ids: Vec<String> =
            proposals(&accepted, &pending).into_iter().map(|proposal| proposal.id).collect();
        assert_eq!(ids, ["taken", "kept", "open", "new", "gone"]);
        let decided = [
            ("taken", Decision::Accept),
            ("kept", Decision::Reject),
            ("new", Decision::Reject),
            ("gone", Decision::Accept),
        ];
        let decided = decided.into_iter().map(|(id, decision)| (id.to_owned(), decision)).collect();
        let (first, second) = apply_decisions(&accepted, &pending, &decided);
        assert_eq!(
            first,
            entries(&[("same", "200 {}"), ("taken", "201 {}"), ("kept", "200 {}"), ("open", "200 {}")])
        );
        assert_eq!(
            second,
            entries(&[("same", "200 {}"), ("taken", "201 {}"), ("kept", "200 {}"), ("open", "203 {}")])
        );
        assert_eq!(proposals(&first, &second).len(), 1, "what is undecided is still proposed");
    }
}
