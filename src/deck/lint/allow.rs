//! Suppressions: which findings an author has allowed, and which permissions nobody needed.
//! The form of the comment, and that it has a reason, are the parser's.

use super::rules::{Scope, rule, suggest};
use crate::deck::repair::without_lines;
use crate::deck::{Allow, Parsed};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceText, Span};

/// Takes back what is allowed, and reports permissions that were not needed or name no rule.
///
/// Of a permission the run of its own scope decides whether it was needed; unknown rules are reported once.
pub(super) fn apply(
    source: &SourceText,
    parsed: &Parsed,
    mut found: Vec<Diagnostic>,
    scope: Scope,
) -> Vec<Diagnostic> {
    let on_cards =
        parsed.blocks.iter().flat_map(|block| block.allows.iter().map(|allow| (Some(block.span), allow)));
    let all: Vec<(Option<Span>, &Allow)> =
        on_cards.chain(parsed.allows.iter().map(|allow| (None, allow))).collect();
    let mut used = vec![false; all.len()];
    found.retain(|diagnostic| {
        let mut taken = false;
        for (index, (block, allow)) in all.iter().enumerate() {
            let within = block
                .is_none_or(|span| span.start <= diagnostic.span.start && diagnostic.span.start < span.end);
            // What cannot work is not a matter of taste: codes in words cannot be allowed.
            let taste = diagnostic.code.starts_with(|c: char| c.is_ascii_uppercase());
            if within && taste && allow.rule.eq_ignore_ascii_case(diagnostic.code) {
                used[index] = true;
                taken = true;
            }
        }
        !taken
    });
    for (index, (block, allow)) in all.iter().enumerate() {
        match rule(&allow.rule) {
            Some(rule) if !used[index] && reports(rule.scope) == scope => {
                let place = if block.is_some() { "this card" } else { "this deck" };
                found.push(
                    Diagnostic::new(
                        "unused-allow",
                        Severity::Info,
                        allow.rule_span,
                        format!("{place} does not break {}", allow.rule),
                    )
                    .help("take the comment out")
                    // What only the whole collection can tell is not repaired deck by deck.
                    .maybe_fix((rule.scope == Scope::Deck).then(|| without_lines(&source.text, allow.span))),
                );
            }
            None if scope == Scope::Deck => {
                let help = match suggest(&allow.rule) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`retain check --explain` lists the rules".to_owned(),
                };
                found.push(
                    Diagnostic::new(
                        "unknown-rule",
                        Severity::Warning,
                        allow.rule_span,
                        format!("no rule is named `{}`", allow.rule),
                    )
                    .help(help),
                );
            }
            _ => {}
        }
    }
    found
}

/// Returns the run that says whether a permission was needed; what nobody applies here is never needed.
fn reports(scope: Scope) -> Scope {
    if scope == Scope::Elsewhere { Scope::Deck } else { scope }
}
