//! Numbers, spans and dates as people say them.
//! Not for parsing them.

use crate::review::Verdict;
use crate::time::{DAY_MS, Day};

/// Days in an average month, for intervals told in months.
const MONTH: f64 = 30.44;
/// Days in an average year.
const YEAR: f64 = 365.25;

/// Returns an interval as on a grade button: `<1m`, `10m`, `2h`, `1d`, `3.2mo`, `1.4y`. Negative counts as zero.
#[must_use]
pub fn interval(ms: i64) -> String {
    let minutes = ms.max(0) / 60_000;
    match minutes {
        0 => "<1m".to_owned(),
        1..=89 => format!("{minutes}m"),
        90..1440 => format!("{}h", (minutes + 30) / 60),
        _ => interval_days(u32::try_from(ms / DAY_MS).unwrap_or(u32::MAX)),
    }
}

/// Returns an interval of whole days as on a grade button: `0d`, `12d`, `3.2mo`, `1.4y`.
#[must_use]
pub fn interval_days(days: u32) -> String {
    let exact = f64::from(days);
    match days {
        0..=30 => format!("{days}d"),
        31..=364 => tenths(exact / MONTH, "mo"),
        _ => tenths(exact / YEAR, "y"),
    }
}

/// A tenth matters for small numbers only.
fn tenths(value: f64, unit: &str) -> String {
    if value >= 10.0 {
        return format!("{value:.0}{unit}");
    }
    let text = format!("{value:.1}");
    format!("{}{unit}", text.strip_suffix(".0").unwrap_or(&text))
}

/// Returns a span of time: `0 s`, `45 s`, `6 min 20 s`, `1 h 5 min`, `31 h`.
#[must_use]
pub fn duration(ms: u64) -> String {
    let seconds = (ms + 500) / 1000;
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes, rest) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) | (hours @ 10.., ..) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// Returns a count and its noun: `1 card`, `2 cards`.
#[must_use]
pub fn plural(count: usize, noun: &str) -> String {
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
}

/// Returns a number with its thousands apart: `12,345`.
#[must_use]
pub fn number(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a share in whole percent, `83%`; `–` of nothing. Only all is 100%, only nothing is 0%.
#[must_use]
pub fn percent(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let rounded = (part * 200 + whole) / (whole * 2);
    let shown = match rounded {
        100.. if part < whole => 99,
        0 if part > 0 => 1,
        rounded => rounded,
    };
    format!("{shown}%")
}

/// Returns a day as seen from today: `today`, `tomorrow`, `in 3 days`, `5 days ago`, `in 2.3 months`.
#[must_use]
pub fn relative_day(day: Day, today: Day) -> String {
    let days = day.days_since(today);
    let of = |count: String, unit: &str| format!("{count} {unit}{}", if count == "1" { "" } else { "s" });
    let span = || {
        let exact = f64::from(days.unsigned_abs());
        match days.unsigned_abs() {
            0..=30 => format!("{} days", days.unsigned_abs()),
            31..=364 => of(tenths(exact / MONTH, ""), "month"),
            _ => of(tenths(exact / YEAR, ""), "year"),
        }
    };
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        2.. => format!("in {}", span()),
        _ => format!("{} ago", span()),
    }
}

/// Returns a date in full: `Tuesday 24 November 2026`.
#[must_use]
pub fn date(day: Day) -> String {
    day.date().format("%A %-d %B %Y").to_string()
}

/// Returns a verdict with its sign: `✓ right`, `◐ partly right, 67%`, `✗ wrong`.
#[must_use]
pub fn verdict(verdict: Verdict) -> String {
    match verdict {
        Verdict::Right => "✓ right".to_owned(),
        Verdict::Partly(share) => format!("◐ partly right, {:.0}%", (share * 100.0).clamp(1.0, 99.0)),
        Verdict::Wrong => "✗ wrong".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_short_and_never_false() {
        let minutes = |minutes: i64| interval(minutes * 60_000);
        assert_eq!(
            [0, 1, 10, 89, 90, 720, 1439].map(minutes),
            ["<1m", "1m", "10m", "89m", "2h", "12h", "24h"]
        );
        assert_eq!(interval(-5), "<1m");
        assert_eq!(interval(4 * DAY_MS), "4d");
        assert_eq!(
            [0, 1, 30, 31, 61, 98, 364, 365, 511, 3653, 36_500].map(interval_days),
            ["0d", "1d", "30d", "1mo", "2mo", "3.2mo", "12mo", "1y", "1.4y", "10y", "100y"]
        );
    }

    #[test]
    fn durations_name_two_units_at_most() {
        assert_eq!(
            [0, 499, 45_000, 60_000, 380_000, 3_900_000, 3_600_000, 111_600_000].map(duration),
            ["0 s", "0 s", "45 s", "1 min", "6 min 20 s", "1 h 5 min", "1 h", "31 h"]
        );
    }

    #[test]
    fn shares_round_but_never_to_all_or_nothing() {
        assert_eq!(percent(0, 0), "–");
        assert_eq!(percent(0, 7), "0%");
        assert_eq!(percent(1, 1000), "1%");
        assert_eq!(percent(999, 1000), "99%");
        assert_eq!(percent(5, 6), "83%");
        assert_eq!(percent(6, 6), "100%");
    }

    #[test]
    fn days_are_told_from_today() {
        let from = |days| relative_day(Day(20_000 + days), Day(20_000));
        assert_eq!(
            [-400, -5, -1, 0, 1, 3, 31, 70, 400].map(from),
            [
                "1.1 years ago",
                "5 days ago",
                "yesterday",
                "today",
                "tomorrow",
                "in 3 days",
                "in 1 month",
                "in 2.3 months",
                "in 1.1 years"
            ]
        );
        assert_eq!(date(Day(20_781)), "Tuesday 24 November 2026");
    }

    #[test]
    fn counts_have_their_noun() {
        assert_eq!(plural(1, "card"), "1 card");
        assert_eq!(plural(1_234_567, "card"), "1,234,567 cards");
        assert_eq!(verdict(Verdict::Partly(2.0 / 3.0)), "◐ partly right, 67%");
    }
}
