//! Removal of secrets: responses are judged as received, and shown without the secrets that a target may echo.

use crate::event::{CaseResult, Leftover};
use crate::judge::Verdict;
use crate::wire::sign::Hidden;

/// Returns a result without texts that no output may show.
pub fn redact_result(mut result: CaseResult, hidden: &Hidden) -> CaseResult {
    let clean = |text: &mut String| *text = hidden.clean(text);
    result.exchanges = result.exchanges.into_iter().map(|exchange| exchange.redacted(hidden)).collect();
    result.notes.iter_mut().for_each(clean);
    result.observed.code.iter_mut().for_each(clean);
    result.observed.unique.iter_mut().for_each(|unique| clean(&mut unique.value));
    result.kept = redact_leftovers(result.kept, hidden);
    match &mut result.verdict {
        Verdict::Pass => {}
        Verdict::Fail { mismatches } => {
            for line in mismatches.iter_mut().flat_map(|mismatch| &mut mismatch.lines) {
                clean(&mut line.expected);
                clean(&mut line.received);
            }
        }
        Verdict::Blocked { code: text, .. }
        | Verdict::Error { reason: text }
        | Verdict::Skipped { reason: text }
        | Verdict::Unproven { reason: text }
        | Verdict::NotTested { reason: text } => clean(text),
    }
    result
}

/// Returns what stays on the target, without texts that no output may show.
pub fn redact_leftovers(mut leftovers: Vec<Leftover>, hidden: &Hidden) -> Vec<Leftover> {
    for leftover in &mut leftovers {
        leftover.id = hidden.clean(&leftover.id);
        leftover.reason = hidden.clean(&leftover.reason);
    }
    leftovers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_redacted_in_unremovable_entities() {
        let mut hidden = Hidden::default();
        hidden.hide("a-secret-token", "$TOKEN");
        let event = serde_json::json!({
            "id": "a", "vendor": "", "service": "", "operation": "", "tries": "", "sends": "", "expects": "",
            "promise": {"rule": "", "sentence": "", "place": ""}, "verdict": "pass", "exchanges": [], "tried": null,
            "drawn": [], "attempts": 1, "micros": 1,
            "kept": [{"service": "s", "entity": "note", "id": "of a-secret-token", "case": "a", "reason": "none"}],
        });
        let redacted = redact_result(serde_json::from_value(event).unwrap(), &hidden);
        assert_eq!(redacted.kept[0].id, "of $TOKEN");
    }
}
