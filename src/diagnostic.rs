//! What is wrong with a text, as data: code, severity, place, and what to do about it.
//! Not for drawing: `view/check.rs` turns diagnostics into carets.

use crate::source::Span;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never changes an exit code.
    Info,
    /// To be mended, or allowed with a reason.
    Warning,
    /// The card (or file) is left out until it is mended.
    Error,
}

/// A mechanical repair: replace the bytes of `span` by `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What to replace; empty to insert.
    pub span: Span,
    /// What to put there.
    pub text: String,
}

/// A second place that helps to understand the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there, in a few words.
    pub text: String,
}

/// One fault in one source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code, as `missing-answer` or a rule of the linter, as `L2`.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong: lower case, no final stop, names in backticks.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What stands under the caret; may be empty.
    pub label: String,
    /// Second places.
    pub related: Vec<Label>,
    /// What to type instead.
    pub help: Option<String>,
    /// The repair that `check --fix` makes, where one is mechanical and safe.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// Starts a diagnostic without label, related places, help or fix.
    #[must_use]
    pub fn new(code: &'static str, severity: Severity, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            span,
            label: String::new(),
            related: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// Sets what stands under the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// Sets what to type instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the mechanical repair.
    #[must_use]
    pub fn fix(mut self, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, text: text.into() });
        self
    }

    /// Sets the mechanical repair where there is one.
    #[must_use]
    pub fn maybe_fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }
}

/// Returns the candidate nearest to what was typed, when it is near enough to be meant.
///
/// Near enough: a Levenshtein distance of at most a third of the longer word, and at most 3.
#[must_use]
pub fn did_you_mean<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (distance(&typed, &candidate.to_lowercase()), candidate))
        .filter(|&(d, candidate)| {
            d <= 3 && d * 3 <= typed.chars().count().max(candidate.chars().count()).max(3)
        })
        .min_by_key(|&(d, _)| d)
        .map(|(_, candidate)| candidate)
}

/// Returns the Levenshtein distance between two texts, in characters.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_levenshtein() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("raft", "raft"), 0);
    }

    #[test]
    fn only_near_words_are_suggested() {
        let commands = ["review", "quiz", "stats", "check"];
        assert_eq!(did_you_mean("reveiw", commands), Some("review"));
        assert_eq!(did_you_mean("stat", commands), Some("stats"));
        assert_eq!(did_you_mean("banana", commands), None);
    }
}
