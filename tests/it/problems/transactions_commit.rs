//! Oracle for `commit.two-phase`: which decisions are possible, as far as a participant can know.

use super::{check, chosen, int, number, typed, word};

/// What a participant does that shares what it knows with those it reaches: it acts where one decision is possible only.
fn fate(known: &[&str]) -> &'static str {
    let all_yes = known.iter().all(|state| state.starts_with("voted yes"));
    let commit_possible = all_yes && !known.contains(&"heard: abort");
    let abort_possible = !known.contains(&"voted yes, heard: commit");
    match (commit_possible, abort_possible) {
        (true, true) => "wait",
        (true, false) => "commit",
        (false, true) => "abort",
        (false, false) => panic!("contradictory: {known:?}"),
    }
}

#[test]
fn commit_two_phase() {
    check("commit.two-phase", |question, values| match word(values, "asks") {
        "fates" => {
            let states: Vec<&str> = values["states"]
                .as_array()
                .expect("states")
                .iter()
                .map(|s| s.as_str().expect("a state"))
                .collect();
            let groups = super::ints(values, "groups");
            // The states as a whole can occur.
            fate(&states);
            let fates: Vec<&str> = groups
                .iter()
                .map(|group| {
                    let known: Vec<&str> =
                        (0..states.len()).filter(|&at| groups[at] == *group).map(|at| states[at]).collect();
                    fate(&known)
                })
                .collect();
            // A participant that has not voted yes aborts, whoever it reaches: nobody else can have committed.
            assert_eq!(typed(question), format!("({})", fates.join(", ")), "{}", question.prompt);
        }
        "restart" => {
            let committed = word(values, "crash") == "after-record";
            assert!(!committed || values["voted_no"].is_null(), "a commit needs every vote");
            let expected = if committed { "every participant commits" } else { "every participant aborts" };
            assert_eq!(chosen(question), [expected], "{}", question.prompt);
        }
        _ => {
            let (acceptors, down) = (int(values, "acceptors"), int(values, "down"));
            let most = (0..=acceptors).rev().find(|more| 2 * (acceptors - down - more) > acceptors);
            assert_eq!(number(question), most.expect("none at least") as f64, "{}", question.prompt);
        }
    });
}

#[test]
fn commit_two_phase_as_in_the_syllabus() {
    // A and B voted yes and the coordinator died: both are in doubt, whether they reach each other or not.
    let yes = "voted yes, heard no decision";
    assert_eq!(fate(&[yes]), "wait");
    assert_eq!(fate(&[yes, yes]), "wait");
    assert_eq!(fate(&[yes, "voted yes, heard: commit"]), "commit");
    assert_eq!(fate(&["has not voted"]), "abort");
}
