//! A review log as comma-separated text, in the layouts that open-spaced-repetition publishes. Not for our own log.

use super::Answer;
use crate::review::Grade;
use crate::time::{Day, DayStart, Timestamp, ZoneOffset};

/// A line that could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it, in words.
    pub problem: String,
}

/// Reads a log. The first line names the columns, in any order: `card_id`, `review_rating` (1 to 4), `review_time`
/// (RFC 3339, or milliseconds since 1970) and, where known, `review_duration` in milliseconds; others are ignored.
///
/// Study days are counted in `zone` and turn at `start`. Lines that cannot be read are named and left out.
#[must_use]
pub fn parse(text: &str, zone: ZoneOffset, start: DayStart) -> (Vec<Answer>, Vec<BadLine>) {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let header: Vec<&str> = lines.next().unwrap_or("").split(',').map(str::trim).collect();
    let column = |name: &str| header.iter().position(|column| *column == name);
    let (Some(card), Some(rating), Some(time)) =
        (column("card_id"), column("review_rating"), column("review_time"))
    else {
        let problem = "the first line must name the columns `card_id`, `review_rating` and `review_time`";
        return (Vec::new(), vec![BadLine { line: 1, problem: problem.to_owned() }]);
    };
    let duration = column("review_duration");
    let mut bad = Vec::new();
    let mut answers = Vec::new();
    for (number, line) in (2..).zip(lines) {
        if line.trim().is_empty() {
            continue;
        }
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let field = |column: usize| fields.get(column).copied().unwrap_or("");
        let parsed = || -> Result<Answer, String> {
            let number = field(card).parse();
            let card = number.map_err(|_| format!("`card_id` is no number: `{}`", field(card)))?;
            let grade = field(rating).parse().ok().and_then(Grade::from_number);
            let grade = grade.ok_or_else(|| format!("`review_rating` is not 1 to 4: `{}`", field(rating)))?;
            let at = instant(field(time))
                .ok_or_else(|| format!("`review_time` is no instant: `{}`", field(time)))?;
            // Some exports write whole milliseconds as `1234.0`.
            let took = duration.and_then(|column| field(column).parse::<f64>().ok()).unwrap_or(0.0);
            Ok(Answer { card, at, day: Day::of(at, zone, start), grade, took_ms: took as u32 })
        };
        match parsed() {
            Ok(answer) => answers.push(answer),
            Err(problem) => bad.push(BadLine { line: number, problem }),
        }
    }
    (answers, bad)
}

fn instant(text: &str) -> Option<Timestamp> {
    if let Ok(ms) = text.parse() {
        return Some(Timestamp(ms));
    }
    Timestamp::parse_rfc3339(&text.replacen(' ', "T", 1)).ok().map(|(at, _)| at)
}
