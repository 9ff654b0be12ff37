//! Problems held against the catalogue of families: does the family exist, does it take these parameters.
//! Not for the form of a `Problem:` block (`problem.rs`), which any name and any TOML satisfies.

use super::Parsed;
use super::block::Block;
use crate::diagnostic::{Diagnostic, Fix, Severity, did_you_mean};
use crate::problem::{self, Parameters};
use crate::source::Span;

/// Names every problem that cannot be drawn: a family that does not exist, a parameter that it does not take.
#[must_use]
pub fn check(parsed: &Parsed) -> Vec<Diagnostic> {
    parsed.blocks.iter().flat_map(of_block).collect()
}

/// Names the problems that cannot be drawn, and leaves their cards out: nobody could answer them.
pub fn leave_out_unknown(parsed: &mut Parsed) {
    let mut found = Vec::new();
    for block in &mut parsed.blocks {
        let faults = of_block(block);
        if !faults.is_empty() {
            block.cards.clear();
            found.extend(faults);
        }
    }
    if !found.is_empty() {
        parsed.diagnostics.extend(found);
        parsed.diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    }
}

fn of_block(block: &Block) -> Vec<Diagnostic> {
    let Some(written) = &block.problem else { return Vec::new() };
    let Some(family) = problem::find(&written.family) else {
        let message = format!("no problem family is named `{}`", written.family);
        let unknown = Diagnostic::new("unknown-family", Severity::Error, written.family_span, message);
        return vec![match problem::suggest(&written.family) {
            Some(near) => unknown.help(format!("did you mean `{near}`?")).fix(written.family_span, near),
            None => unknown.help("`retain problem list` shows all"),
        }];
    };
    let Err(faults) = Parameters::read(family, &written.parameters) else { return Vec::new() };
    let diagnostic = |fault: problem::ParameterFault| {
        let place = written.places.iter().find(|place| place.name == fault.name);
        let unknown = !family.parameters().iter().any(|parameter| parameter.name == fault.name);
        // A wrong name is shown at the name, a wrong value at the value.
        let at: Span =
            place.map_or(written.family_span, |place| if unknown { place.key } else { place.value });
        let names = || family.parameters().iter().map(|parameter| parameter.name);
        let near = did_you_mean(&fault.name, names())
            .filter(|near| unknown && !written.places.iter().any(|place| place.name == *near));
        let diagnostic = Diagnostic::new("problem-parameter", Severity::Error, at, fault.message)
            .maybe_fix(near.map(|near| Fix { span: at, text: near.to_owned() }));
        match fault.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    };
    faults.into_iter().map(diagnostic).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deck::parse;
    use crate::source::SourceText;

    fn found(text: &str) -> Vec<(&'static str, String, Option<String>)> {
        let source = SourceText::new("t.md", text);
        check(&parse(&source))
            .into_iter()
            .map(|fault| (fault.code, source.slice(fault.span).to_owned(), fault.help))
            .collect()
    }

    #[test]
    fn carets_stand_under_the_family_the_name_or_the_value() {
        assert_eq!(found("Problem: raft.commit-index\n"), []);
        assert_eq!(
            found("Problem: raft.comit-index\n"),
            [(
                "unknown-family",
                "raft.comit-index".to_owned(),
                Some("did you mean `raft.commit-index`?".to_owned())
            )]
        );
        let faults = found("Problem: raft.commit-index\nservers = 400\nbanana = 1\n");
        let places: Vec<_> = faults.iter().map(|(code, at, _)| (*code, at.as_str())).collect();
        assert_eq!(places, [("problem-parameter", "banana"), ("problem-parameter", "400")]);
    }

    #[test]
    fn a_problem_that_cannot_be_drawn_is_left_out() {
        let text = "Problem: no.such-family\n\nQ: a\nA: b\n";
        let mut parsed = parse(&SourceText::new("t.md", text));
        leave_out_unknown(&mut parsed);
        assert_eq!(parsed.cards().count(), 1);
        assert!(parsed.has_errors());
    }
}
