//! What holds for every family in the catalogue, whatever it asks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use retain::card::{Form, Given, Question, Tolerance};
use retain::problem::{self, Family, Kind, Parameters, diagram};
use serde_json::Value;

use super::{SEEDS, answer, right_answer};

/// Families with fewer than five different answers or one above 40 %, and why that is right for them.
///
/// Families whose questions all have two options are held to balance instead and need no line here.
const FEW_ANSWERS: &[(&str, &str)] = &[];

/// Families in which more than half of the answers stand in the question as one drawn value or another, though no one
/// value does so often, and why that is right for them.
const WHICH_VALUE: &[(&str, &str)] = &[
    (
        "erasure.coding",
        "how much may be lost and what a repair reads are given numbers: which one is the question",
    ),
    (
        "ml.pipeline",
        "the micro-batches that are to be computed stand among the drawn values, not in the question",
    ),
];

/// All families, or the one that `RETAIN_PROBLEM` names while somebody works on it.
#[expect(clippy::disallowed_methods, reason = "a switch for whoever writes a family, not for the program")]
fn families() -> impl Iterator<Item = &'static &'static dyn Family> {
    let only = std::env::var("RETAIN_PROBLEM").ok();
    problem::families().iter().filter(move |family| only.as_ref().is_none_or(|only| family.name() == only))
}

fn sweep(family: &dyn Family, difficulty: u8) -> impl Iterator<Item = Question> {
    let parameters = Parameters::defaults(family);
    (0..SEEDS).map(move |seed| problem::draw_with(family, &parameters, seed, difficulty))
}

/// What the grader makes of an answer, and a second judge beside it that knows nothing of spellings.
fn accepts(question: &Question, given: &Given) -> bool {
    let judged = retain::grading::judge(question, given).expect("a form that the machine can judge");
    let right = judged.verdict.is_right();
    let strict = match (&question.form, given) {
        (Form::Number { answer }, Given::Text(text)) => {
            let number = text.strip_suffix(&answer.unit).unwrap_or(text).trim();
            let value: f64 = number.parse().expect("mistakes and answers to numbers are numbers");
            let error = match answer.tolerance {
                Tolerance::Exact => 0.0,
                Tolerance::Absolute(error) => error,
                Tolerance::Relative(share) => share * answer.value.abs(),
            };
            (value - answer.value).abs() <= error * (1.0 + 1e-9) + 1e-9 * answer.value.abs()
        }
        (Form::Typed { accepted, .. }, Given::Text(text)) => {
            accepted.iter().any(|spelling| spelling.to_lowercase() == text.trim().to_lowercase())
        }
        (Form::Choice { options, several }, Given::Choice(chosen)) => {
            assert!(chosen.is_sorted() && chosen.iter().all(|&index| index < options.len()));
            assert!(*several || chosen.len() == 1);
            (0..options.len()).all(|index| options[index].right == chosen.contains(&index))
        }
        (Form::Order { items, solution }, Given::Order(order)) => {
            let mut all = order.clone();
            all.sort_unstable();
            assert!(all.into_iter().eq(0..items.len()), "an arrangement names each item once");
            order.iter().zip(solution).all(|(&a, &b)| items[a] == items[b])
        }
        (form, given) => panic!("{given:?} does not answer {form:?}"),
    };
    assert_eq!(right, strict, "{given:?} to {question:?}");
    right
}

#[test]
fn names_titles_and_parameters_are_in_order() {
    let mut names = BTreeSet::new();
    for family in problem::families() {
        let name = family.name();
        assert!(names.insert(name), "`{name}` is there twice");
        assert_eq!(name.split('.').count(), 2, "`{name}` is `subject.topic`");
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '.' || c == '-'), "{name}");
        assert!(!family.title().is_empty() && !family.title().ends_with('.'), "{name}");
        assert_eq!(problem::find(name).map(|found| found.name()), Some(name));
        for parameter in family.parameters() {
            assert!(!parameter.doc.is_empty() && !parameter.doc.ends_with('.'), "{name}: {}", parameter.name);
            assert!(!parameter.name.contains('_'), "{name}: {} is kebab case", parameter.name);
            for difficulty in problem::Difficulty::ALL {
                // Each default is one that an author may write.
                let table =
                    toml::Table::from_iter([(parameter.name.to_owned(), parameter.default(difficulty))]);
                let read = Parameters::read(*family, &table);
                assert!(read.is_ok(), "{name}: {:?}", read.err());
            }
        }
        let versions: Vec<u32> = family.earlier().iter().map(|earlier| earlier.version()).collect();
        assert!(versions.is_sorted() && versions.iter().all(|&version| version < family.version()), "{name}");
        assert!(family.earlier().iter().all(|earlier| earlier.name() == name), "{name}");
    }
}

/// Draws each family 2,000 times at each difficulty, and holds every question, and all of them together, to the rules.
#[test]
fn no_instance_is_degenerate_or_unfit() {
    for family in families() {
        let declared: BTreeSet<&str> = family.mistakes().iter().copied().collect();
        assert_eq!(declared.len(), family.mistakes().len(), "{}: a mistake is declared twice", family.name());
        let mut reached = BTreeSet::new();
        for difficulty in 0..3 {
            let mut tally = Tally::default();
            for question in sweep(*family, difficulty) {
                right_answers_are_accepted_and_mistakes_are_not(&question, &declared, &mut reached);
                fit_to_be_shown(&question);
                tally.add(question);
            }
            tally.judge(*family, difficulty);
        }
        let never: Vec<_> = declared.iter().filter(|name| !reached.contains(**name)).collect();
        assert!(never.is_empty(), "{}: never reached: {never:?}", family.name());
    }
}

/// What many questions of one family and difficulty amount to.
#[derive(Default)]
struct Tally {
    /// How often each given number or word was the answer, by its key.
    given: BTreeMap<String, usize>,
    /// How often some given number or word was the answer.
    any_given: usize,
    questions: BTreeSet<String>,
    answers: BTreeMap<String, usize>,
    verdicts: BTreeMap<Vec<String>, BTreeMap<String, usize>>,
    two_options: usize,
}

impl Tally {
    fn add(&mut self, question: Question) {
        let right = answer(&question);
        if let Form::Choice { options, several: false } = &question.form
            && options.len() == 2
        {
            self.two_options += 1;
            let mut pair: Vec<String> = options.iter().map(|option| option.text.clone()).collect();
            pair.sort_unstable();
            *self.verdicts.entry(pair).or_default().entry(right.clone()).or_default() += 1;
        }
        let given = given_as_answer(&question, &right);
        self.any_given += usize::from(!given.is_empty());
        given.into_iter().for_each(|key| *self.given.entry(key).or_default() += 1);
        *self.answers.entry(right).or_default() += 1;
        self.questions.insert(question.prompt);
    }

    fn judge(&self, family: &dyn Family, difficulty: u8) {
        let (at, drawn) = (format!("{} at difficulty {difficulty}", family.name()), SEEDS as usize);
        assert!(self.questions.len() >= 20, "{at}: only {} questions", self.questions.len());
        if self.two_options < drawn && !FEW_ANSWERS.iter().any(|(name, _)| *name == family.name()) {
            let answers = &self.answers;
            assert!(answers.len() >= 5, "{at}: only {} answers: {answers:?}", answers.len());
            let top = answers.iter().max_by_key(|(_, count)| **count).expect("an answer");
            assert!(top.1 * 100 <= drawn * 40, "{at}: {} of {drawn} answers are `{}`", top.1, top.0);
        }
        for (pair, counts) in &self.verdicts {
            let total: usize = counts.values().sum();
            // Fewer draws than these say nothing about balance.
            if total >= 100 {
                let most = counts.values().max().expect("a verdict");
                assert!(most * 100 <= total * 70, "{at}: {most} of {total} are one verdict of {pair:?}");
            }
        }
        for (key, count) in &self.given {
            assert!(count * 2 <= drawn, "{at}: `{key}` is the answer {count} times of {drawn}");
        }
        let any = self.any_given;
        let named = WHICH_VALUE.iter().any(|(name, _)| *name == family.name());
        assert!(any * 2 <= drawn || named, "{at}: the answer is given {any} times of {drawn}");
    }
}

/// Returns the keys of the drawn values that the question gives away as its answer: numbers and words that stand alone,
/// not those within lists, of which a question may rightly ask for one.
fn given_as_answer(question: &Question, right: &str) -> BTreeSet<String> {
    let values = &question.drawn.as_ref().expect("drawn").values;
    let parts = values.as_object().expect("an object").iter();
    let parameters = values["parameters"].as_object().expect("an object").iter();
    parts
        .chain(parameters)
        .filter(|(_, value)| match (&question.form, value) {
            (Form::Number { answer }, Value::Number(given)) => {
                given.as_f64().is_some_and(|given| (given - answer.value).abs() <= 1e-9 * given.abs())
            }
            (Form::Number { .. }, _) => false,
            (_, Value::Number(given)) => given.to_string() == right,
            (_, Value::String(given)) => given.eq_ignore_ascii_case(right),
            _ => false,
        })
        .map(|(key, _)| key.clone())
        .collect()
}

/// Says which question it was.
fn place(question: &Question) -> String {
    let drawn = question.drawn.as_ref().expect("drawn");
    format!("{} seed {} difficulty {}\n{}", drawn.family, drawn.seed, drawn.difficulty, question.prompt)
}

fn right_answers_are_accepted_and_mistakes_are_not(
    question: &Question,
    declared: &BTreeSet<&str>,
    reached: &mut BTreeSet<String>,
) {
    assert!(accepts(question, &right_answer(&question.form)), "{}", place(question));
    let mistakes = &question.drawn.as_ref().expect("drawn").mistakes;
    for (index, mistake) in mistakes.iter().enumerate() {
        assert!(!accepts(question, &mistake.answer), "{mistake:?} is right: {}", place(question));
        assert!(
            declared.contains(mistake.name.as_str()),
            "`{}` is not declared: {}",
            mistake.name,
            place(question)
        );
        let again = mistakes[..index].iter().any(|other| other.answer == mistake.answer);
        assert!(!again, "{mistake:?} is there twice: {}", place(question));
        let named = retain::grading::judge(question, &mistake.answer).and_then(|judged| judged.mistake);
        assert_eq!(named.as_ref(), Some(&mistake.name), "the learner is told: {}", place(question));
        if !reached.contains(&mistake.name) {
            reached.insert(mistake.name.clone());
        }
    }
}

fn fit_to_be_shown(question: &Question) {
    let at = || place(question);
    let spoken = &question.drawn.as_ref().expect("drawn").spoken;
    assert!(!question.prompt.trim().is_empty(), "{}", at());
    assert!(question.why.as_ref().is_some_and(|why| !why.trim().is_empty()), "{}", at());
    let fences = question.prompt.lines().filter(|line| line.starts_with("```")).count();
    assert!(fences.is_multiple_of(2), "{}", at());
    assert_eq!(fences > 0, !spoken.is_empty(), "a picture is told in words, and only that: {}", at());
    let why = question.why.as_deref().unwrap_or_default();
    for line in fenced(&question.prompt).chain(fenced(why)) {
        let width = retain::source::columns(line);
        assert!(width <= diagram::WIDTH, "{width} columns: {}", at());
        let ascii = diagram::ascii(line);
        assert!(ascii.is_ascii(), "no stand-in in {line:?}: {}", at());
        assert_eq!(retain::source::columns(&ascii), width, "{}", at());
    }
    if let Form::Choice { options, several } = &question.form {
        let texts: BTreeSet<&str> = options.iter().map(|option| option.text.as_str()).collect();
        assert_eq!(texts.len(), options.len(), "two options are the same: {}", at());
        assert!(options.len() >= 2 && options.iter().any(|option| option.right), "{}", at());
        assert!(*several || options.iter().filter(|option| option.right).count() == 1, "{}", at());
    }
}

fn fenced(markdown: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    markdown.lines().filter(move |line| {
        if line.starts_with("```") {
            inside = !inside;
            return false;
        }
        inside
    })
}

/// How much there is to an instance: how many values were drawn, and how large its numbers are together.
fn extent(value: &Value) -> (f64, f64) {
    let all = |parts: &mut dyn Iterator<Item = &Value>| {
        parts.map(extent).fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
    };
    match value {
        Value::Array(items) => all(&mut items.iter()),
        Value::Object(items) => {
            all(&mut items.iter().filter(|(key, _)| *key != "parameters").map(|(_, item)| item))
        }
        Value::Number(number) => (1.0, number.as_f64().unwrap_or_default().abs().ln_1p()),
        _ => (1.0, 0.0),
    }
}

/// Each step is harder than the one below: it asks something new, or there is more to work through.
#[test]
fn difficulty_grows() {
    for family in families() {
        let mut below: Option<(BTreeSet<String>, f64, f64)> = None;
        for difficulty in 0..3 {
            let (mut asked, mut drawn, mut size) = (BTreeSet::new(), 0.0, 0.0);
            for question in sweep(*family, difficulty).take(500) {
                let values = &question.drawn.as_ref().expect("drawn").values;
                asked.extend(values["asks"].as_str().map(str::to_owned));
                let (count, sizes) = extent(values);
                (drawn, size) = (drawn + count, size + sizes);
            }
            if let Some((asked_below, drawn_below, size_below)) = &below {
                let new = asked.difference(asked_below).next().is_some();
                let grows = drawn >= drawn_below * 1.05 || size >= size_below * 1.05;
                assert!(
                    new || grows,
                    "{}: difficulty {difficulty} asks nothing new, and {drawn_below:.0} values become {drawn:.0}",
                    family.name()
                );
            }
            below = Some((asked, drawn, size));
        }
    }
}

#[test]
fn difficulty_changes_something() {
    for family in families() {
        for (easy, hard) in [(0, 1), (1, 2)] {
            let changed = sweep(*family, easy)
                .zip(sweep(*family, hard))
                .take(200)
                .filter(|(easy, hard)| easy.prompt != hard.prompt)
                .count();
            assert!(changed >= 60, "{}: {changed} of 200 change from {easy} to {hard}", family.name());
        }
    }
}

#[test]
fn what_was_drawn_can_be_drawn_again_from_the_log() {
    for family in families() {
        for seed in 0..20 {
            let table = toml::Table::new();
            let question = problem::draw(*family, &table, seed, 1).expect("defaults are right");
            let drawn = question.drawn.as_ref().expect("drawn");
            assert_eq!(
                problem::redraw(&drawn.family, drawn.version, &table, seed, 1).as_ref(),
                Some(&question)
            );
            assert_eq!(problem::redraw(&drawn.family, drawn.version + 1, &table, seed, 1), None);
            // The chosen values alone are enough, whatever the author makes of the card later.
            let chosen: toml::Table =
                serde_json::from_value(drawn.values["parameters"].clone()).expect("parameters are TOML too");
            let again = problem::draw(*family, &chosen, seed, 1).expect("what was chosen is allowed");
            assert_eq!(again, question, "{}", family.name());
        }
    }
}

/// Authors may combine parameters as they like: whatever each allows must give a question, never a panic.
#[test]
fn any_allowed_parameters_give_a_question() {
    for family in families() {
        for seed in 0..300_u64 {
            let mut draw = problem::Draw::new(retain::seed::Seed(seed));
            let mut table = toml::Table::new();
            for parameter in family.parameters() {
                let value = match parameter.kind {
                    // The ends are where things break.
                    Kind::Integer(low, high) => match draw.range(0, 2) {
                        0 => toml::Value::Integer(low),
                        1 => toml::Value::Integer(high),
                        _ => toml::Value::Integer(draw.integer(low, high)),
                    },
                    Kind::OneOfIntegers(allowed) => toml::Value::Integer(*draw.pick(allowed)),
                    Kind::Word(allowed) => toml::Value::String((*draw.pick(allowed)).to_owned()),
                    Kind::Bool => toml::Value::Boolean(draw.coin()),
                    Kind::Real(low, high) => toml::Value::Float(match draw.range(0, 2) {
                        0 => low,
                        1 => high,
                        _ => low + (high - low) * retain::seed::Seed(seed).unit(),
                    }),
                };
                if draw.chance(2, 3) {
                    table.insert(parameter.name.to_owned(), value);
                }
            }
            for difficulty in 0..3 {
                let drawn = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    problem::draw(*family, &table, seed, difficulty)
                }));
                let Ok(Ok(question)) = drawn else {
                    panic!("{} cannot be drawn with {table:?}", family.name())
                };
                assert!(accepts(&question, &right_answer(&question.form)), "{} {table:?}", family.name());
                for mistake in &question.drawn.as_ref().expect("drawn").mistakes {
                    assert!(!accepts(&question, &mistake.answer), "{} {table:?}: {mistake:?}", family.name());
                }
                for line in fenced(&question.prompt) {
                    let width = retain::source::columns(line);
                    assert!(width <= diagram::WIDTH, "{} {table:?}\n{}", family.name(), question.prompt);
                }
            }
        }
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/problems")
}

/// Where the sample of a family's version lies; the current version's has no number in its name.
fn sample_of(family: &dyn Family) -> PathBuf {
    let name = family.name();
    let current = problem::find(name).expect("in the catalogue").version();
    let version = family.version();
    fixtures().join(if version == current {
        format!("{name}.json")
    } else {
        format!("{name}@{version}.json")
    })
}

/// A seed must mean the same for years. A family that changes bumps its version, keeps the old one in `earlier`, and
/// has its sample written anew with `RETAIN_WRITE_PROBLEMS=1 cargo test stored_samples`.
#[test]
#[expect(clippy::disallowed_methods, reason = "a switch for whoever changes a family, not for the program")]
fn stored_samples_are_drawn_again_byte_for_byte() {
    let write = std::env::var_os("RETAIN_WRITE_PROBLEMS").is_some();
    // Versions that are drawn no longer have samples of their own: log entries still refer to them.
    let versions = families().flat_map(|family| family.earlier().iter().chain([family]));
    for family in versions {
        let mut sample = Vec::new();
        for difficulty in 0..3 {
            sample.extend(sweep(*family, difficulty).take(3).map(|question| problem::describe(&question)));
        }
        let text = serde_json::to_string_pretty(&sample).expect("JSON") + "\n";
        let path = sample_of(*family);
        // An earlier version has its sample from the day it was the current one.
        let settled = problem::find(family.name()).expect("in the catalogue").version() > family.version();
        if write && !(settled && path.exists()) {
            std::fs::write(&path, &text).expect("the sample can be written");
        }
        let stored = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}; RETAIN_WRITE_PROBLEMS=1 writes it", path.display()));
        assert!(stored == text, "{} draws something else than it did; see {}", family.name(), path.display());
    }
}

#[test]
fn no_sample_is_left_behind() {
    let versions = problem::families().iter().flat_map(|family| family.earlier().iter().chain([family]));
    let known: BTreeSet<PathBuf> = versions.map(|family| sample_of(*family)).collect();
    for entry in std::fs::read_dir(fixtures()).expect("samples") {
        let path = entry.expect("an entry").path();
        assert!(known.contains(&path), "{} belongs to no family", path.display());
    }
}

#[test]
fn every_family_has_an_oracle() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/problems");
    let files = std::fs::read_dir(folder).expect("the folder of this file");
    let oracles: String = files
        .map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).expect("source"))
        .collect();
    for family in problem::families() {
        let calls = ["check(\"NAME\"", "draw(\"NAME\", seed, difficulty)"];
        let called = calls.iter().any(|call| oracles.contains(&call.replace("NAME", family.name())));
        assert!(called, "nothing checks `{}` over all seeds", family.name());
    }
}

/// An oracle that shares code with its family proves nothing: families are private, and oracles may use of
/// `retain::problem` only what draws and looks up.
#[test]
fn oracles_share_no_code_with_families() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/problems");
    for entry in std::fs::read_dir(folder).expect("the folder of this file") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name == "mod.rs" || name == "harness.rs" {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("source");
        assert!(!text.contains("retain::problem"), "{name} draws through `super::`, and solves by itself");
        assert!(!text.contains("#[path") && !text.contains("include!"), "{name} borrows no source");
    }
    let catalogue = include_str!("../../../src/problem/catalogue.rs");
    assert!(!catalogue.contains("pub mod $subject"), "the subjects are private to `problem`");
}

#[test]
fn faults_in_parameters_say_what_to_type() {
    let family = problem::find("quorum.faults").expect("a family");
    let faults = |toml: &str| {
        let table: toml::Table = toml.parse().expect("TOML");
        let faults = Parameters::read(family, &table).err().unwrap_or_default();
        faults
            .into_iter()
            .map(|f| format!("{}: {} [{}]", f.name, f.message, f.help.unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    assert!(faults("servers = 5").is_empty());
    assert!(faults("servers = [5, 7]").is_empty());
    assert_eq!(
        faults("server = 5\nfaults = \"two\""),
        [
            "faults: `faults` is a whole number from 1 to 8, not the text `\"two\"` [for example `faults = [1, 2, 3, 4, 5, 6]`]",
            "server: `quorum.faults` has no parameter `server` [did you mean `servers`?]",
        ]
    );
    assert_eq!(
        faults("servers = [5, 99]"),
        ["servers: `servers` is a whole number from 3 to 25, not `99` \
          [for example `servers = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]`]"]
    );
    assert_eq!(
        faults("servers = []\nbanana = 1"),
        [
            "banana: `quorum.faults` has no parameter `banana` [`quorum.faults` takes `servers`, `faults`]",
            "servers: `servers` has nothing to draw from [for example `servers = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]`]",
        ]
    );
    assert_eq!(problem::suggest("quorum.fault"), Some("quorum.faults"));
    assert_eq!(problem::suggest("faults"), Some("quorum.faults"));
    assert_eq!(problem::suggest("banana"), None);
}
