//! What was typed beside what was wanted, in signs that need no colour: `[-x-]` is too much, `{+y+}` is missing.
//! Not for judging (`grading/`).

use super::frame::{Run, Style};

/// Texts longer than this are set one after the other: a comparison by characters would tell nothing.
const LONGEST: usize = 200;

/// Returns the comparison, character by character.
#[must_use]
pub fn diff(given: &str, right: &str) -> Vec<Run> {
    let (a, b): (Vec<char>, Vec<char>) = (given.chars().collect(), right.chars().collect());
    if a.len() > LONGEST || b.len() > LONGEST {
        return joined(&[(Part::Extra, given.to_owned()), (Part::Missing, right.to_owned())]);
    }
    let common = common_lengths(&a, &b);
    let mut parts: Vec<(Part, String)> = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let (part, c) = if i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
            (Part::Same, a[i - 1])
        } else if i < a.len() && (j == b.len() || common[i + 1][j] >= common[i][j + 1]) {
            i += 1;
            (Part::Extra, a[i - 1])
        } else {
            j += 1;
            (Part::Missing, b[j - 1])
        };
        match parts.last_mut() {
            Some((last, text)) if *last == part => text.push(c),
            _ => parts.push((part, c.to_string())),
        }
    }
    joined(&parts)
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Same,
    Extra,
    Missing,
}

/// Lengths of the longest common subsequence of every pair of tails.
fn common_lengths(a: &[char], b: &[char]) -> Vec<Vec<u16>> {
    let mut common = vec![vec![0_u16; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i][j] =
                if a[i] == b[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    common
}

fn joined(parts: &[(Part, String)]) -> Vec<Run> {
    let run = |(part, text): &(Part, String)| match part {
        Part::Same => Run { text: text.clone(), style: Style::Plain },
        Part::Extra => Run { text: format!("[-{text}-]"), style: Style::Bad },
        Part::Missing => Run { text: format!("{{+{text}+}}"), style: Style::Good },
    };
    parts.iter().filter(|(_, text)| !text.is_empty()).map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(given: &str, right: &str) -> String {
        diff(given, right).iter().map(|run| run.text.as_str()).collect()
    }

    #[test]
    fn differences_are_marked_by_signs() {
        assert_eq!(shown("linearisability", "linearizability"), "lineari[-s-]{+z+}ability");
        assert_eq!(shown("paxos", "paxos"), "paxos");
        assert_eq!(shown("raft", "rafts"), "raft{+s+}");
        assert_eq!(shown("", "lease"), "{+lease+}");
        assert_eq!(shown("x", ""), "[-x-]");
    }

    proptest::proptest! {
        #[test]
        fn both_texts_can_be_read_back(given in "[a-d]{0,30}", right in "[a-d]{0,30}") {
            let runs = diff(&given, &right);
            let without = |style: Style| -> String {
                runs.iter().filter(|run| run.style != style).map(|run| run.text.replace(['[', ']', '{', '}', '+', '-'], "")).collect()
            };
            proptest::prop_assert_eq!(without(Style::Good), given);
            proptest::prop_assert_eq!(without(Style::Bad), right);
        }
    }
}
