//! `retain schedule`: the schedulers as a service, JSON lines in, JSON lines out. No database, no clock.

use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Failure, Kind, Outcome};
use crate::card::{CardKey, CardUid};
use crate::review::Grade;
use crate::schedule::catalogue::{self, Options};
use crate::schedule::{CardState, Due, Memory, NextState, Phase, Scheduler};
use crate::time::{DAY_MS, DayStart, Moment, Timestamp, ZoneOffset};

/// Schedule cards of any program: JSON lines in, JSON lines out
///
/// Reads {"id": …, "reviews": [{"at": RFC 3339, "grade": "again|hard|good|easy"}, …], "at": RFC 3339} and writes
/// {"id": …, "state": {…}, "due": …, "interval_days": …, "retrievability": …, "next": {"again": days, …}} for each line,
/// in order. A line that cannot be read gets {"error": …, "line": n}, and the rest goes on.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// sm2, sm2-1990, anki or fsrs
    #[arg(long, value_name = "NAME", default_value = "sm2")]
    scheduler: String,
    /// Desired retention, 0.70 to 0.99
    #[arg(long, value_name = "SHARE")]
    retention: Option<f64>,
    /// A file with the 21 parameters of FSRS-6, as a JSON array or separated by commas or spaces
    #[arg(long, value_name = "FILE")]
    parameters: Option<PathBuf>,
    /// Keep every interval where arithmetic puts it
    #[arg(long)]
    no_fuzz: bool,
    /// The local time at which a study day turns
    #[arg(long, value_name = "HH:MM", default_value = "04:00", value_parser = day_start)]
    day_start: DayStart,
}

pub(super) fn day_start(text: &str) -> Result<DayStart, String> {
    DayStart::parse(text).ok_or_else(|| "a time of day as 04:00".to_owned())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    id: Value,
    #[serde(default)]
    reviews: Vec<Review>,
    at: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Review {
    at: String,
    grade: Option<Grade>,
    quality: Option<u8>,
}

#[derive(Serialize)]
struct Answer {
    id: Value,
    state: State,
    due: Option<String>,
    interval_days: f64,
    retrievability: Option<f64>,
    next: Next,
}

#[derive(Serialize)]
struct State {
    phase: Phase,
    reps: u32,
    lapses: u32,
    step: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    ease: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repetition: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stability: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    difficulty: Option<f64>,
}

#[derive(Serialize)]
struct Next {
    again: f64,
    hard: f64,
    good: f64,
    easy: f64,
}

pub(super) fn run(args: &Args) -> Outcome {
    let parameters = args.parameters.as_deref().map(read_parameters).transpose()?;
    let options =
        Options { retention: args.retention, parameters, no_fuzz: args.no_fuzz, ..Options::default() };
    let scheduler = catalogue::scheduler(&args.scheduler, &options).map_err(|error| {
        let failure = Failure::new(Kind::Usage, error);
        match crate::diagnostic::did_you_mean(&args.scheduler, catalogue::NAMES) {
            Some(near) if near != args.scheduler => failure.hint(format!("did you mean `{near}`")),
            _ => failure,
        }
    })?;
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    let mut line = Vec::new();
    let mut buffer = Vec::new();
    let mut number = 0_u64;
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        number += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        buffer.clear();
        match answer(&line, scheduler.as_ref(), args.day_start) {
            Ok(answer) => serde_json::to_writer(&mut buffer, &answer).map_err(io::Error::from)?,
            Err(error) => {
                let fault = serde_json::json!({ "error": error, "line": number });
                serde_json::to_writer(&mut buffer, &fault).map_err(io::Error::from)?;
            }
        }
        buffer.push(b'\n');
        // Line by line: a program that waits for an answer gets it.
        output.write_all(&buffer)?;
        output.flush()?;
    }
}

/// Reads FSRS parameters from a file.
pub(super) fn read_parameters(path: &std::path::Path) -> Result<Vec<f64>, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(Kind::No, format!("cannot read `{}`: {error}", path.display())))?;
    let parts = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']'));
    parts
        .filter(|part| !part.is_empty())
        .map(|part| {
            part.parse().map_err(|_| Failure::no(format!("`{part}` in `{}` is no number", path.display())))
        })
        .collect()
}

fn instant(text: &str) -> Result<(Timestamp, ZoneOffset), String> {
    Timestamp::parse_rfc3339(text)
        .map_err(|_| format!("`{text}` is no RFC 3339 instant, as 2026-11-24T07:00:00+01:00"))
}

fn answer(line: &[u8], scheduler: &dyn Scheduler, start: DayStart) -> Result<Answer, String> {
    let request: Request = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let name = match &request.id {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let card = CardUid::derive(&CardKey(name), 0);
    let mut reviews = Vec::with_capacity(request.reviews.len());
    for review in &request.reviews {
        let (at, zone) = instant(&review.at)?;
        let grade = match (review.grade, review.quality) {
            (_, Some(quality)) if quality > 5 => return Err(format!("a quality is 0 to 5, not {quality}")),
            (Some(grade), _) => grade,
            (None, Some(quality)) => match quality {
                0..=2 => Grade::Again,
                3 => Grade::Hard,
                4 => Grade::Good,
                _ => Grade::Easy,
            },
            (None, None) => return Err("a review needs a `grade` or a `quality`".into()),
        };
        reviews.push((Moment::new(at, zone, start), grade, review.quality));
    }
    reviews.sort_by_key(|(at, ..)| at.now);
    let (now, zone) = instant(&request.at)?;
    let at = Moment::new(now, zone, start);
    let mut state = CardState::NEW;
    for (at, grade, quality) in &reviews {
        state = scheduler.answer(card, &state, at, *grade, *quality).state;
    }
    let due = match state.due {
        Due::New => None,
        Due::At(at) => Some(at.to_rfc3339(zone)),
        Due::On(day) => Some(day.begins(zone, start).to_rfc3339(zone)),
    };
    let interval_days = match (state.due, state.last) {
        (Due::At(due), Some(last)) => due.ms_since(last) as f64 / DAY_MS as f64,
        _ => f64::from(state.interval),
    };
    let next = scheduler.next_states(card, &state, &at);
    let days = |next: &NextState| match next.state.due {
        Due::At(due) => due.ms_since(at.now) as f64 / DAY_MS as f64,
        _ => f64::from(next.state.interval),
    };
    Ok(Answer {
        id: request.id,
        state: public(&state),
        due,
        interval_days,
        retrievability: scheduler.retrievability(&state, &at),
        next: Next {
            again: days(&next.again),
            hard: days(&next.hard),
            good: days(&next.good),
            easy: days(&next.easy),
        },
    })
}

fn public(state: &CardState) -> State {
    let mut out = State {
        phase: state.phase,
        reps: state.reps,
        lapses: state.lapses,
        step: state.step,
        ease: None,
        repetition: None,
        stability: None,
        difficulty: None,
    };
    match state.memory {
        Memory::None => {}
        Memory::Ease { permille } => out.ease = Some(f64::from(permille) / 1000.0),
        Memory::Sm2 { hundredths, repetition } => {
            out.ease = Some(f64::from(hundredths) / 100.0);
            out.repetition = Some(repetition);
        }
        Memory::Fsrs { stability, difficulty } => {
            out.stability = Some(stability);
            out.difficulty = Some(difficulty);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(line: &str, name: &str) -> Result<Value, String> {
        let options = Options { no_fuzz: true, ..Options::default() };
        let scheduler = catalogue::scheduler(name, &options).unwrap();
        answer(line.as_bytes(), scheduler.as_ref(), DayStart::DEFAULT)
            .map(|answer| serde_json::to_value(answer).unwrap())
    }

    #[test]
    fn a_new_card_may_be_asked_about() {
        let answer = ask(r#"{"id": 7, "at": "2026-11-24T07:00:00+01:00"}"#, "sm2").unwrap();
        assert_eq!(answer["id"], 7);
        assert_eq!(answer["due"], Value::Null);
        assert_eq!(answer["retrievability"], Value::Null);
        assert!((answer["next"]["again"].as_f64().unwrap() - 10.0 / 1440.0).abs() < 1e-9, "ten minutes");
        assert_eq!(answer["next"]["good"], 1.0);
    }

    #[test]
    fn the_1990_algorithm_takes_qualities() {
        let line = r#"{"id": "a", "at": "2026-11-24T07:00:00Z", "reviews": [
            {"at": "2026-11-01T07:00:00Z", "quality": 5}, {"at": "2026-11-02T07:00:00Z", "quality": 4}]}"#;
        let answer = ask(&line.replace('\n', " "), "sm2-1990").unwrap();
        assert_eq!(answer["interval_days"], 6.0);
        assert_eq!(answer["state"]["ease"], 2.6);
        assert_eq!(answer["due"], "2026-11-08T04:00:00+00:00");
    }

    #[test]
    fn faults_say_what_is_wrong() {
        let fault = |line| ask(line, "sm2").unwrap_err();
        assert_eq!(
            fault(r#"{"id": 1, "at": "yesterday"}"#),
            "`yesterday` is no RFC 3339 instant, as 2026-11-24T07:00:00+01:00"
        );
        assert_eq!(
            fault(r#"{"id": 1, "at": "2026-11-24T07:00:00Z", "reviews": [{"at": "2026-11-24T07:00:00Z"}]}"#),
            "a review needs a `grade` or a `quality`"
        );
        assert!(fault("{").contains("EOF"));
    }
}
