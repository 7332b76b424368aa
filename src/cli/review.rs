//! `fineprint review`: an interactive review of pending snapshots.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, BufRead as _, Write as _};
use std::sync::Arc;

use crate::case::Case;
use crate::generate::Depth;
use crate::judge;
use crate::project::{self, Suite};
use crate::report::number;
use crate::snapshot::review::{Decision, Proposal};

use super::args::ReviewArgs;
use super::console::Console;
use super::decide::{self, Pending};
use super::exit::Exit;

/// The user's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// A decision about this snapshot.
    One(Decision),
    /// A decision about this snapshot and all that differ in the same way.
    Kind(Decision),
    Skip,
    Quit,
}

const QUESTION: &str =
    "[a]ccept  [r]eject  [s]kip  [A]ccept all of this kind  [R]eject all of this kind  [q]uit";

/// Asks about each pending snapshot.
pub fn execute(args: &ReviewArgs, console: Console) -> Exit {
    let error = |complaint: &str| {
        console.error(complaint);
        Exit::Usage
    };
    let files = match decide::all(&args.pending) {
        Ok(files) => files,
        Err(complaint) => return error(&complaint),
    };
    // Without specs, the review does not show the sentences of the pages.
    let suite = match args.specs.exists() {
        true => project::suite(&args.specs, &args.case_files, Depth::Standard).map(Some),
        false => Ok(None),
    };
    let suite = match suite {
        Ok(suite) => suite,
        Err(findings) => return console.findings(&findings),
    };
    let filter = decide::filter(&args.pending.cases, &files);
    let proposals: Vec<(usize, Proposal)> = files
        .iter()
        .enumerate()
        .flat_map(|(index, file)| file.proposals().into_iter().map(move |proposal| (index, proposal)))
        .filter(|(_, proposal)| filter.selects(&proposal.id))
        .collect();
    if proposals.is_empty() {
        console.print("no snapshot is pending");
        return Exit::Holds;
    }
    if args.list {
        for (index, proposal) in &proposals {
            console.print(&format!("{} {}", files[*index].path.display(), proposal.id));
        }
        return Exit::Holds;
    }
    let mut decided = vec![BTreeMap::new(); files.len()];
    if let Err(complaint) = review_file(&files, &proposals, suite.as_ref(), &mut decided, console) {
        console.error(&complaint);
        return Exit::Incomplete;
    }
    let count = |of: Decision| decided.iter().flat_map(BTreeMap::values).filter(|each| **each == of).count();
    let (accepted, rejected) = (count(Decision::Accept), count(Decision::Reject));
    let left = proposals.len() - accepted - rejected;
    console.print(&format!("{accepted} accepted, {rejected} rejected, {left} still pending"));
    Exit::Holds
}

/// Asks about each proposal that is not decided yet.
fn review_file(
    files: &[Pending],
    proposals: &[(usize, Proposal)],
    suite: Option<&Suite>,
    decided: &mut [BTreeMap<String, Decision>],
    console: Console,
) -> Result<(), String> {
    let wanted: HashSet<&str> = proposals.iter().map(|(_, proposal)| proposal.id.as_str()).collect();
    let cases = suite.into_iter().flat_map(|suite| suite.cases.iter());
    let tried: HashMap<String, Arc<Case>> =
        cases.filter(|case| wanted.contains(case.id.as_str())).map(|case| (case.id.clone(), case)).collect();
    for (number, (index, proposal)) in proposals.iter().enumerate() {
        if decided[*index].contains_key(&proposal.id) {
            continue;
        }
        let same_change = proposals[number..].iter().filter(|(_, other)| other.diff == proposal.diff).count();
        let head = format!("{} of {}: {}", number + 1, proposals.len(), proposal.id);
        console.print(&format!("{}\n  {}", console.out.strong(&head), files[*index].path.display()));
        show(proposal, same_change, suite, tried.get(&proposal.id), console);
        match ask(console).map_err(|error| format!("failed to read standard input: {error}"))? {
            Choice::Quit => break,
            Choice::Skip => {}
            Choice::One(decision) => decide(&files[*index], &mut decided[*index], proposal, decision)?,
            Choice::Kind(decision) => {
                for (index, other) in
                    proposals[number..].iter().filter(|(_, other)| other.diff == proposal.diff)
                {
                    decide(&files[*index], &mut decided[*index], other, decision)?;
                }
            }
        }
    }
    Ok(())
}

/// Writes a decision immediately, so that an interrupted review loses none.
fn decide(
    file: &Pending,
    decided: &mut BTreeMap<String, Decision>,
    proposal: &Proposal,
    decision: Decision,
) -> Result<(), String> {
    decided.insert(proposal.id.clone(), decision);
    file.write_decisions(decided)
}

/// Shows the sentence of the page, and the difference.
fn show(
    proposal: &Proposal,
    same_change: usize,
    suite: Option<&Suite>,
    case: Option<&Arc<Case>>,
    console: Console,
) {
    match (suite, case) {
        (Some(suite), Some(case)) => {
            console.print(&format!("  tests       {}", case.tries));
            if let Some((_, operation)) = suite.specs.operation(&case.operation) {
                let promise = judge::promise_of(operation, &case.about);
                console.print(&format!("  the page    {}", promise.sentence));
                console.print(&format!("              {} ({})", promise.place, promise.rule));
            }
        }
        (Some(_), None) => console.print("  no case has this id"),
        (None, _) => {}
    }
    if same_change > 1 {
        console.print(&format!(
            "  this and {} differ in the same way",
            number(same_change - 1, "more response")
        ));
    }
    console.print("  - accepted response, + pending response");
    console.print(console.out.diff(&proposal.diff).trim_end());
}

/// Asks until there is a valid choice. The end of the input ends the review.
fn ask(console: Console) -> io::Result<Choice> {
    loop {
        let _ = write!(io::stdout(), "{QUESTION}: ");
        let _ = io::stdout().flush();
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line)? == 0 {
            console.print("");
            return Ok(Choice::Quit);
        }
        match choice(line.trim()) {
            Some(choice) => return Ok(choice),
            None => console.print("type one of the letters a, r, s, A, R, q"),
        }
    }
}

fn choice(typed: &str) -> Option<Choice> {
    Some(match typed {
        "a" | "accept" => Choice::One(Decision::Accept),
        "r" | "reject" => Choice::One(Decision::Reject),
        "A" => Choice::Kind(Decision::Accept),
        "R" => Choice::Kind(Decision::Reject),
        "s" | "skip" => Choice::Skip,
        "q" | "quit" => Choice::Quit,
        _ => return None,
    })
}
