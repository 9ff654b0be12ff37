//! Charts in text: bars, a sparkline, upright bars for a forecast, and the heat map of a year.
//! Heights and shades carry the meaning, never colour alone. Not for gathering the numbers (`progress/`).

use super::frame::{Line, Style};
use super::words;
use super::wrap::clip;
use crate::source::columns;
use crate::time::Day;

/// Eighths of a block, from the bottom.
const EIGHTHS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Shades of a day in the heat map: none, then four of more and more.
const SHADES: [char; 5] = ['·', '░', '▒', '▓', '█'];

/// Returns a bar of `width` columns in up to three parts, told apart by shade: `█` first, `▒` second, `░` the rest.
#[must_use]
pub fn stacked(first: usize, second: usize, total: usize, width: usize) -> Line {
    let upto = |value: usize| (value * width + total / 2).checked_div(total).unwrap_or(0).min(width);
    let one = upto(first).max(usize::from(first > 0 && width > 0));
    let two = upto(first + second).max((one + usize::from(second > 0)).min(width));
    Line::styled("█".repeat(one), Style::Good)
        .with("▒".repeat(two - one), Style::Accent)
        .with("░".repeat(width - two), Style::Dim)
}

/// Returns a line of one column a value; more values than `width` are put together.
#[must_use]
pub fn sparkline(values: &[u64], width: usize) -> Line {
    let values = gathered(values, width);
    let most = values.iter().copied().max().unwrap_or(0);
    let text: String = values.iter().map(|value| eighth(*value, most).unwrap_or('·')).collect();
    Line::styled(text, Style::Accent)
}

/// Returns one column a value, each against the same `most`; a value of 0 is a dot.
#[must_use]
pub fn levels(values: &[u64], most: u64) -> String {
    values.iter().map(|value| eighth(*value, most).unwrap_or('·')).collect()
}

fn eighth(value: u64, most: u64) -> Option<char> {
    let step = (value * 8).div_ceil(most.max(1));
    let index = usize::try_from(step).unwrap_or(8).checked_sub(1)?;
    EIGHTHS.get(index.min(7)).copied()
}

/// Sums neighbours until there are no more than `width` values.
fn gathered(values: &[u64], width: usize) -> Vec<u64> {
    let each = values.len().div_ceil(width.max(1)).max(1);
    values.chunks(each).map(|chunk| chunk.iter().sum()).collect()
}

/// Returns upright bars, one a day from today on, `height` rows high, with the largest value and a scale of days.
///
/// Each day is as many columns wide as fit, at most two; days that do not fit are left out.
#[must_use]
pub fn forecast(counts: &[usize], width: usize, height: usize) -> Vec<Line> {
    let most = counts.iter().copied().max().unwrap_or(0);
    let label = words::number(most);
    let gutter = columns(&label) + 1;
    let room = width.saturating_sub(gutter);
    let each = (room / counts.len().max(1)).clamp(1, 2);
    let shown = &counts[..counts.len().min(room / each)];
    if shown.is_empty() {
        return Vec::new();
    }
    let height = height.max(1);
    let mut lines = Vec::with_capacity(height + 1);
    for row in (0..height).rev() {
        let left = match row {
            row if row + 1 == height => format!("{label} "),
            0 => format!("{:>1$} ", 0, gutter - 1),
            _ => " ".repeat(gutter),
        };
        let bars: String = shown
            .iter()
            .flat_map(|count| {
                // The bar's height in eighths, rounded up: a day with one card shows.
                let eighths = (count * height * 8).div_ceil(most.max(1));
                let sign = match eighths.saturating_sub(row * 8) {
                    0 => ' ',
                    filled => EIGHTHS[filled.min(8) - 1],
                };
                std::iter::repeat_n(sign, each)
            })
            .collect();
        lines.push(Line::styled(left, Style::Dim).with(bars.trim_end(), Style::Accent));
    }
    let mut scale = String::new();
    for day in (0..shown.len()).step_by(7) {
        let at = day * each;
        let told = if day == 0 { "today".to_owned() } else { format!("+{day}") };
        if at < columns(&scale) + usize::from(day > 0) || at + columns(&told) > room {
            continue;
        }
        scale.push_str(&" ".repeat(at - columns(&scale)));
        scale.push_str(&told);
    }
    lines.push(Line::styled(format!("{}{scale}", " ".repeat(gutter)), Style::Dim));
    lines
}

/// Returns the heat map of the year up to `today`: a row a weekday, a column a week, as many weeks as fit in `width`.
///
/// `count` gives the cards of a day. Shades rise with the quarters of the busiest day shown.
#[must_use]
pub fn heat_map(count: impl Fn(Day) -> usize, today: Day, width: usize) -> Vec<Line> {
    const GUTTER: usize = 4;
    let weeks = width.saturating_sub(GUTTER).min(53);
    if weeks == 0 {
        return Vec::new();
    }
    let this_monday = today.plus(-i32::from(today.weekday()));
    let monday = |week: usize| this_monday.plus(-7 * i32::try_from(weeks - 1 - week).unwrap_or(0));
    let first = monday(0);
    let most = (first.0..=today.0).map(|day| count(Day(day))).max().unwrap_or(0);
    let mut lines = vec![months(weeks, monday, GUTTER)];
    for (weekday, name) in ["Mon", "", "Wed", "", "Fri", "", "Sun"].into_iter().enumerate() {
        let mut line = Line::styled(format!("{name:<GUTTER$}"), Style::Dim);
        for week in 0..weeks {
            let day = monday(week).plus(i32::try_from(weekday).unwrap_or(0));
            if day > today {
                break;
            }
            let shade = (count(day) * 4).div_ceil(most.max(1)).min(4);
            let style = if shade == 0 { Style::Dim } else { Style::Good };
            line.push(SHADES[shade].to_string(), style);
        }
        lines.push(line);
    }
    let shades: String = SHADES.iter().collect();
    let legend = Line::styled(format!("{}less ", " ".repeat(GUTTER)), Style::Dim);
    lines.push(legend.with(shades, Style::Good).with(format!(" more, top {most}"), Style::Dim));
    lines.iter_mut().for_each(|line| clip(line, width));
    lines
}

/// The names of months above the weeks in which they begin.
fn months(weeks: usize, monday: impl Fn(usize) -> Day, gutter: usize) -> Line {
    let mut text = " ".repeat(gutter);
    let month = |day: Day| day.date().format("%b").to_string();
    for week in 0..weeks {
        let begins = week == 0 || month(monday(week)) != month(monday(week - 1));
        let at = gutter + week;
        let free = text.trim_end().is_empty() || text.len() < at;
        if begins && free && at + 3 <= gutter + weeks {
            text.push_str(&" ".repeat(at.saturating_sub(text.len())));
            text.push_str(&month(monday(week)));
        }
    }
    Line::styled(text, Style::Dim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &[Line]) -> String {
        lines.iter().map(|line| format!("{}\n", line.text().trim_end())).collect()
    }

    #[test]
    fn a_bar_shows_even_the_least_share() {
        assert_eq!(stacked(1, 1, 1000, 10).text(), "█▒░░░░░░░░");
        assert_eq!(stacked(50, 25, 100, 8).text(), "████▒▒░░");
        assert_eq!(stacked(0, 0, 0, 5).text(), "░░░░░");
        assert_eq!(stacked(3, 0, 3, 5).text(), "█████");
    }

    #[test]
    fn a_sparkline_shrinks_by_summing() {
        assert_eq!(sparkline(&[0, 1, 4, 8], 10).text(), "·▁▄█");
        assert_eq!(sparkline(&[1, 1, 4, 4], 2).text(), "▂█");
        assert_eq!(sparkline(&[], 10).text(), "");
        assert_eq!(sparkline(&[0, 0], 10).text(), "··");
    }

    #[test]
    fn a_forecast_has_its_scale() {
        let counts: Vec<usize> = (0..16).map(|day| if day == 0 { 40 } else { 16 - day }).collect();
        insta::assert_snapshot!(texts(&forecast(&counts, 60, 3)), @r"
        40 ██
           ██▁▁▁▁
         0 ██████████▇▇▆▆▆▆▅▅▅▅▄▄▃▃▃▃▂▂▂▂▁▁
           today         +7            +14
        ");
        assert!(forecast(&counts, 12, 3).iter().all(|line| line.width() <= 12));
        assert!(forecast(&[], 40, 3).is_empty());
    }

    #[test]
    fn a_year_is_drawn_week_by_week() {
        let today = Day(20_781);
        let count = |day: Day| if day.0 % 3 == 0 { usize::try_from(day.0 % 40).unwrap() } else { 0 };
        insta::assert_snapshot!(texts(&heat_map(count, today, 30)), @r"
            Jun  Jul Aug  Sep Oct Nov
        Mon ··▒·····▓··░··▓··░··▓··░··
            ·▒··█··▒··█··▒··█··▒·····▓
        Wed ░··▓··░··█··▒··█··▒··█··▒
            ··▓··░··▓··░··▓··░··▓··░·
        Fri ·▒··█··▒··█··▓··░··▓··░··
            ▒··█··▒··█··▒··█··▒··█··▒
        Sun ··▓··░··▓··░··▓··▒··█··▒·
            less ·░▒▓█ more, top 39
        ");
        assert_eq!(heat_map(count, today, 120)[1].width(), 4 + 53);
        assert!(heat_map(count, today, 4).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn charts_fit(values in proptest::collection::vec(0..1000_usize, 0..60), width in 0..120_usize) {
            let wide: Vec<u64> = values.iter().map(|value| *value as u64).collect();
            proptest::prop_assert!(sparkline(&wide, width.max(1)).width() <= width.max(1));
            for line in forecast(&values, width, 4) {
                proptest::prop_assert!(line.width() <= width, "{:?}", line.text());
            }
            for line in heat_map(|day| values.get(day.0.unsigned_abs() as usize % 61).copied().unwrap_or(0), Day(20_781), width) {
                proptest::prop_assert!(line.width() <= width, "{:?}", line.text());
            }
            let total = values.iter().sum();
            let first = values.first().copied().unwrap_or(0);
            proptest::prop_assert_eq!(stacked(first, total - first, total, width).width(), width);
        }
    }
}
