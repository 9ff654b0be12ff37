//! How transactions are named and listed in this subject's questions and typed answers, and steps told in solutions.
//! Not a family.

use crate::problem::answer;

/// Names transactions, as `T3, T1`; `none` where there is none.
pub fn names(transactions: &[usize]) -> String {
    if transactions.is_empty() {
        return "none".to_owned();
    }
    transactions.iter().map(|id| format!("T{id}")).collect::<Vec<_>>().join(", ")
}

/// The spellings accepted for a list of transactions: with or without T, commas, brackets.
pub fn spellings(transactions: &[usize]) -> Vec<String> {
    if transactions.is_empty() {
        return ["none", "no", "nobody", "no one", "-", "()"].map(str::to_owned).to_vec();
    }
    let long: Vec<String> = transactions.iter().map(|id| format!("T{id}")).collect();
    let mut all = vec![names(transactions), long.join(" and ")];
    all.extend(answer::tuple_spellings(&long));
    all.extend(answer::tuple_spellings(transactions));
    all
}

/// The steps of a run, told for the solution or left untold: draws that are refused need no words.
pub struct Steps {
    told: bool,
    lines: Vec<String>,
}

impl Steps {
    /// Starts with no steps; `told` says whether any will be kept.
    pub fn new(told: bool) -> Self {
        Self { told, lines: Vec::new() }
    }

    /// Adds a step.
    pub fn say(&mut self, step: impl FnOnce() -> String) {
        if self.told {
            self.lines.push(step());
        }
    }

    /// Writes all steps, one a line.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }
}
