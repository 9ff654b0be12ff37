//! Rules on answers that a machine judges: O1 for arrangements, N1 for numbers, and problems: unknown families,
//! parameters that do not fit, and N2 where parameters leave too little to draw.

use std::collections::{HashMap, HashSet};

use super::subject::{Shape, Subject};
use crate::card::{CardKind, Form, Tolerance};
use crate::diagnostic::{Diagnostic, Severity};
use crate::grading::quantity;
use crate::problem;

/// Applies the rules to one block.
pub(super) fn check(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    match subject.shape {
        Shape::Order => order(subject, out),
        Shape::Number => number(subject, out),
        Shape::Problem => problem_block(subject, out),
        _ => {}
    }
}

fn order(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let count = subject.items.len();
    if !(3..=7).contains(&count) {
        out.push(
            Diagnostic::new(
                "O1",
                Severity::Warning,
                subject.answer_at(),
                format!("an arrangement of {count} items"),
            )
            .label("3 to 7")
            .help(if count < 3 {
                "add a step, or ask which comes first"
            } else {
                "join steps, or write two cards"
            }),
        );
    }
    for item in &subject.items {
        let words: Vec<&str> = item.words.iter().map(|word| word.text.as_str()).collect();
        let betrays = match words.as_slice() {
            ["first" | "firstly" | "then" | "next" | "finally" | "lastly", ..] => true,
            ["step", number, ..] => number.bytes().all(|byte| byte.is_ascii_digit()),
            _ => false,
        } || words.iter().any(|word| matches!(*word, "then" | "finally"));
        if betrays {
            out.push(
                Diagnostic::new("O1", Severity::Error, item.span, "an item says where it stands")
                    .help("leave out `first`, `then`, `next`, `finally` and numbers of steps"),
            );
        }
    }
}

/// Other names under which a question may state a unit.
const UNITS: [(&str, &[&str]); 22] = [
    ("ns", &["nanosecond"]),
    ("us", &["microsecond", "µs", "μs"]),
    ("μs", &["microsecond", "us"]),
    ("ms", &["millisecond"]),
    ("s", &["second", "sec"]),
    ("min", &["minute"]),
    ("h", &["hour", "hr"]),
    ("d", &["day"]),
    ("bit", &["bits"]),
    ("b", &["byte"]),
    ("kb", &["kilobyte"]),
    ("mb", &["megabyte"]),
    ("gb", &["gigabyte"]),
    ("tb", &["terabyte"]),
    ("pb", &["petabyte"]),
    ("kib", &["kibibyte"]),
    ("mib", &["mebibyte"]),
    ("gib", &["gibibyte"]),
    ("tib", &["tebibyte"]),
    ("%", &["percent", "percentage", "share", "fraction"]),
    ("million", &["m"]),
    ("billion", &["bn"]),
];

fn number(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let CardKind::Number { answer, .. } = &subject.card.kind else { return };
    let text = &subject.question;
    let said: HashSet<String> = text
        .words
        .iter()
        .flat_map(|word| {
            word.text.split(['/', '-']).map(|part| part.trim_end_matches('s').to_owned()).collect::<Vec<_>>()
        })
        // `10ms` states milliseconds.
        .flat_map(|word| {
            let unit = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').to_owned();
            [word, unit]
        })
        .collect();
    let stated = |part: &str| {
        let part = part.trim().to_lowercase();
        let bare = part.trim_end_matches('s');
        let names = UNITS.iter().find(|(unit, _)| *unit == part).map(|(_, names)| *names).unwrap_or_default();
        (part == "%" && text.plain.contains('%'))
            || said.contains(&part)
            || (!bare.is_empty() && said.contains(bare))
            || names.iter().any(|name| said.contains(name.trim_end_matches('s')))
    };
    let parts: Vec<&str> =
        answer.unit.split(['/', ' ']).filter(|part| !part.is_empty() && *part != "per").collect();
    if let Some(unit) = parts.iter().find(|part| !stated(part)) {
        out.push(
            Diagnostic::new(
                "N1",
                Severity::Error,
                subject.answer_at(),
                format!("the question does not ask for `{unit}`"),
            )
            .related(subject.question_at(), "the question")
            .help(format!("say the unit in the question, as \"how many {}\"", answer.unit)),
        );
    }
    let rounding = text.words.iter().any(|word| {
        ["round", "decimal", "nearest", "exact", "digit", "significant", "fraction"]
            .iter()
            .any(|rule| word.text.starts_with(rule))
    });
    if answer.value.fract() != 0.0 && answer.tolerance == Tolerance::Exact && !rounding {
        let help =
            format!("write `Number: {} ±1%`, or say in the question how to round", quantity::to_text(answer));
        out.push(
            Diagnostic::new(
                "N1",
                Severity::Error,
                subject.answer_at(),
                "a broken number without a tolerance",
            )
            .help(help),
        );
    }
}

fn problem_block(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let Some(block) = &subject.block.problem else { return };
    let Some(family) = problem::find(&block.family) else {
        let help = match problem::suggest(&block.family) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`retain problem list` shows all".to_owned(),
        };
        out.push(
            Diagnostic::new(
                "unknown-family",
                Severity::Error,
                block.family_span,
                format!("no problem family is named `{}`", block.family),
            )
            .help(help),
        );
        return;
    };
    let faults = match problem::Parameters::read(family, &block.parameters) {
        Ok(_) if block.parameters.is_empty() => return,
        Ok(parameters) => {
            variety(subject, family, &parameters, out);
            return;
        }
        Err(faults) => faults,
    };
    for fault in faults {
        let declared = family.parameters().iter().any(|parameter| parameter.name == fault.name);
        let place = block.places.iter().find(|place| place.name == fault.name);
        let at = place.map_or(block.family_span, |place| if declared { place.value } else { place.key });
        let diagnostic = Diagnostic::new("problem-parameter", Severity::Error, at, fault.message);
        out.push(match fault.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }
}

/// Draws 200 instances with the author's parameters. With its own a family is proved varied by its tests.
fn variety(
    subject: &Subject<'_>,
    family: &dyn problem::Family,
    parameters: &problem::Parameters,
    out: &mut Vec<Diagnostic>,
) {
    const DRAWS: u64 = 200;
    let mut prompts = HashSet::new();
    let mut answers: HashMap<String, u64> = HashMap::new();
    let mut typed = 0;
    let mut given_away = 0;
    for seed in 0..DRAWS {
        let question = problem::draw_with(family, parameters, seed, u8::try_from(seed % 3).unwrap_or(0));
        let answer = match &question.form {
            Form::Number { answer } => Some(quantity::to_text(answer)),
            Form::Typed { accepted, .. } => accepted.first().cloned(),
            _ => None,
        };
        if let (Form::Number { answer }, Some(drawn)) = (&question.form, &question.drawn) {
            let chosen = drawn.values.get("parameters").and_then(serde_json::Value::as_object);
            let same = |value: &serde_json::Value| value.as_f64() == Some(answer.value);
            given_away += u64::from(chosen.is_some_and(|chosen| chosen.values().any(same)));
        }
        prompts.insert(question.prompt);
        if let Some(answer) = answer {
            typed += 1;
            *answers.entry(answer).or_default() += 1;
        }
    }
    let most = answers.values().max().copied().unwrap_or(0);
    let message = if prompts.len() < 20 {
        format!("these parameters leave {} different questions", prompts.len())
    } else if typed > 0 && answers.len() < 5 {
        format!("these parameters leave {} different answers", answers.len())
    } else if typed > 0 && most * 5 > typed * 2 {
        format!("one answer is right in {most} of {typed} draws")
    } else if typed > 0 && given_away * 2 > typed {
        format!("the answer is one of the parameters in {given_away} of {typed} draws")
    } else {
        return;
    };
    let at = subject.block.problem.as_ref().map_or(subject.question_at(), |block| block.family_span);
    out.push(
        Diagnostic::new("N2", Severity::Error, at, message)
            .help("give lists to draw from, as `servers = [3, 5, 7]`, or leave parameters out"),
    );
}
