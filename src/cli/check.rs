//! `retain check`: every fault of every deck in one run, with carets, as data, or as annotations.

use std::path::{Path, PathBuf};

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use super::{Failure, Outcome, changes, output};
use crate::app::App;
use crate::app::check::{self, Checked, CheckedDeck, Options};
use crate::app::threads;
use crate::card::Dialect;
use crate::config::Config;
use crate::deck::{codes, lint};
use crate::diagnostic::{Severity, did_you_mean};
use crate::shelf::{self, ShelfError};
use crate::view::check::Drawing;
use crate::view::words;

/// Find every mistake in decks, with line and caret
///
/// Without a path, checks your own decks and the registered folders. Exit 1 when there are errors, 0 with only warnings
/// unless they are denied.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Deck files or folders
    paths: Vec<PathBuf>,
    /// Check the course inside the program
    #[arg(long, conflicts_with_all = ["paths", "fix"])]
    shipped: bool,
    /// How to say it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Count warnings as errors
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
    /// Name every card that hashcards or repeater would read otherwise
    #[arg(long)]
    portable: bool,
    /// Read as another tool does
    #[arg(long, value_enum, value_name = "TOOL", conflicts_with = "portable")]
    compat: Option<Tool>,
    /// Make the mechanical repairs, then check again
    #[arg(long)]
    fix: bool,
    /// Show remarks too
    #[arg(long, short)]
    verbose: bool,
    /// Explain a rule or code; without one, list them all
    #[arg(long, value_name = "RULE", num_args = 0..=1, default_missing_value = "", exclusive = true)]
    explain: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Carets under the text
    Text,
    /// One JSON object a line
    Json,
    /// Annotations for GitHub Actions
    Github,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Deny {
    Warnings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Tool {
    Hashcards,
    Repeater,
}

pub(super) fn run(config: &Config, args: &Args) -> Outcome {
    if let Some(rule) = &args.explain {
        return explain(rule);
    }
    let here = here();
    let options = Options {
        portable: args.portable,
        dialect: args.compat.map(|tool| match tool {
            Tool::Hashcards => Dialect::Hashcards,
            Tool::Repeater => Dialect::Repeater,
        }),
        here: here.as_deref(),
    };
    if args.shipped {
        return report(&check::check_shipped(options), None, args, config);
    }
    // Decks in a folder can be checked where retain was never used, without making a database there.
    let needed = args.paths.is_empty() || config.database().exists();
    let mut app = if needed { Some(App::open(config.clone())?) } else { None };
    let roots = match &app {
        Some(app) => app.roots()?,
        None => Vec::new(),
    };
    let paths = if args.paths.is_empty() { roots.clone() } else { args.paths.clone() };
    if paths.is_empty() {
        return Ok(output::say("there are no decks of your own: `retain new NAME` begins one")?);
    }
    if args.fix {
        mend(&paths, options)?;
    }
    let checked = check::check(&paths, &roots, options);
    if checked.decks.is_empty() && checked.faults.is_empty() {
        let names: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
        return Err(Failure::no(format!("there are no decks in {}", names.join(", ")))
            .hint("a deck is a Markdown file with `Q:` and `A:` lines"));
    }
    let pending = match &mut app {
        Some(app) if !app.store.has_no_cards()? => {
            let given: &[PathBuf] = if args.paths.is_empty() { &[] } else { &args.paths };
            let pending = app.pending_changes(given)?;
            Some(changes::of(app, pending, |path| within(path, &paths))?)
        }
        _ => None,
    };
    report(&checked, pending.as_ref(), args, config)
}

/// Shows what is wrong with the learner's decks on a screen of their own.
pub(super) fn on_screen(app: &App) -> Outcome {
    let roots = app.roots()?;
    let checked = check::check(&roots, &[], Options { here: here().as_deref(), ..Options::default() });
    let counts = checked.counts();
    let size = crate::view::frame::Size::new(output::width(&app.config), 24);
    let width = crate::view::page::Page::new(size).text_width();
    let mut text = String::new();
    for fault in &checked.faults {
        unreadable(&mut text, fault, Format::Text);
    }
    for deck in &checked.decks {
        let drawing = Drawing::new(&deck.source);
        for fault in deck.diagnostics.iter().filter(|fault| fault.severity > Severity::Info) {
            text.push_str(&drawing.text(fault, false, width));
            text.push_str("\n\n");
        }
    }
    let decks = checked.decks.iter().filter(|deck| deck.cards > 0 || !deck.diagnostics.is_empty()).count();
    let cards = checked.decks.iter().map(|deck| deck.cards).sum();
    text.push_str(&match decks {
        0 => "there are no decks of your own: `retain new NAME` begins one".to_owned(),
        _ => summary(decks, cards, counts, true),
    });
    let lines: Vec<_> = text.lines().map(crate::view::frame::Line::plain).collect();
    output::page(&app.config, "check", &lines)
}

/// Returns the folder in which the learner is.
pub(super) fn here() -> Option<PathBuf> {
    std::env::current_dir().ok().and_then(|here| here.canonicalize().ok())
}

fn within(path: &str, roots: &[PathBuf]) -> bool {
    roots.iter().any(|root| {
        let root = root.canonicalize().unwrap_or_else(|_| root.clone());
        Path::new(path).starts_with(root)
    })
}

fn mend(paths: &[PathBuf], options: Options<'_>) -> Outcome {
    for file in shelf::walk(paths).found {
        let Some(path) = file.path.to_str() else { continue };
        let Ok(text) = shelf::read(path) else { continue };
        let name = check::shown(&file.path, options.here);
        let source = crate::source::SourceText::new(name.as_str(), text);
        let Some(mended) = check::mend(&source, options.dialect) else { continue };
        shelf::replace(&file.path, &source.text, &mended.text)?;
        output::say(&format!("{name}: {} made", words::plural(mended.repairs, "repair")))?;
    }
    Ok(())
}

/// So many decks are drawn before the first of them is printed.
const DRAWN_TOGETHER: usize = 64;

fn report(checked: &Checked, pending: Option<&changes::Changes>, args: &Args, config: &Config) -> Outcome {
    let counts = checked.counts();
    let mut text = String::new();
    let coloured = std::io::stdout().is_terminal() && !config.no_color && !config.dumb;
    let width = output::width(config);
    for fault in &checked.faults {
        unreadable(&mut text, fault, args.format);
    }
    output::raw(text.as_bytes())?;
    let draw = |deck: &CheckedDeck| {
        let drawing = Drawing::new(&deck.source);
        let mut text = String::new();
        for diagnostic in &deck.diagnostics {
            if diagnostic.severity == Severity::Info && !args.verbose {
                continue;
            }
            match args.format {
                Format::Text => {
                    text.push_str(&drawing.text(diagnostic, coloured, width));
                    text.push('\n');
                }
                Format::Json => text.push_str(&drawing.json(diagnostic)),
                Format::Github => text.push_str(&drawing.github(diagnostic)),
            }
            text.push('\n');
        }
        text
    };
    // Some at a time: a pipe fills while the rest is still drawn.
    for decks in checked.decks.chunks(DRAWN_TOGETHER) {
        for text in threads::map(decks, draw) {
            output::raw(text.as_bytes())?;
        }
    }
    let decks = checked.decks.iter().filter(|deck| deck.cards > 0 || !deck.diagnostics.is_empty()).count();
    let cards: usize = checked.decks.iter().map(|deck| deck.cards).sum();
    match args.format {
        Format::Json => {
            if let Some(pending) = pending {
                output::raw(pending.json_lines().as_bytes())?;
            }
            let summary = serde_json::json!({
                "summary": { "decks": decks, "cards": cards, "errors": counts[0], "warnings": counts[1],
                             "remarks": counts[2] },
            });
            output::raw(format!("{summary}\n").as_bytes())?;
        }
        Format::Text | Format::Github => {
            if let Some(pending) =
                pending.filter(|pending| args.format == Format::Text && !pending.is_empty())
            {
                output::say("since the last load, not taken over yet:")?;
                pending.say()?;
                output::say("")?;
            }
            output::say(&summary(decks, cards, counts, args.verbose))?;
        }
    }
    let denied = args.deny == Some(Deny::Warnings) && counts[1] > 0;
    if counts[0] > 0 || denied { Err(Failure::said()) } else { Ok(()) }
}

fn summary(decks: usize, cards: usize, [errors, warnings, remarks]: [usize; 3], verbose: bool) -> String {
    let mut text = format!("{}, {}: ", words::plural(decks, "deck"), words::plural(cards, "card"));
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(words::plural(errors, "error"));
    }
    if warnings > 0 {
        parts.push(words::plural(warnings, "warning"));
    }
    if parts.is_empty() {
        parts.push("no faults".to_owned());
    }
    text.push_str(&parts.join(", "));
    if remarks > 0 {
        let _ = write!(text, ", {}", words::plural(remarks, "remark"));
        if !verbose {
            text.push_str(" (`--verbose` shows them)");
        }
    }
    text
}

fn unreadable(text: &mut String, fault: &ShelfError, format: Format) {
    let message = fault.to_string();
    let cause = std::error::Error::source(fault).map(ToString::to_string);
    let path = match fault {
        ShelfError::Io { path, .. }
        | ShelfError::TooLarge { path, .. }
        | ShelfError::NotUtf8 { path, .. }
        | ShelfError::Changed { path }
        | ShelfError::NotAFile { path } => path.to_string_lossy().into_owned(),
        ShelfError::NotShipped { path } => path.clone(),
    };
    match format {
        Format::Text => {
            let _ = writeln!(text, "error[unreadable]: {}", crate::source::printable(&message));
            if let Some(cause) = cause {
                let _ = writeln!(text, "  = cause: {}", crate::source::printable(&cause));
            }
            text.push('\n');
        }
        Format::Json => {
            let mut object = serde_json::json!({
                "file": path, "code": "unreadable", "severity": "error", "message": message,
            });
            if let Some(cause) = cause {
                object["help"] = cause.into();
            }
            let _ = writeln!(text, "{object}");
        }
        Format::Github => {
            let _ = writeln!(
                text,
                "::error title=unreadable::{}",
                message.replace('%', "%25").replace('\n', "%0A")
            );
        }
    }
}

fn explain(name: &str) -> Outcome {
    if name.is_empty() {
        for rule in lint::rules() {
            output::say(&format!("{:<22} {}", rule.code, rule.title))?;
        }
        for code in codes::CODES {
            output::say(&format!("{:<22} {}", code.code, code.meaning))?;
        }
        return Ok(());
    }
    if let Some(rule) = lint::rule(name) {
        output::say(&format!("{}: {} ({})", rule.code, rule.title, rule.severity))?;
        for part in [("when", rule.condition), ("why", rule.why), ("repair", rule.repair)] {
            paragraph(part.0, part.1)?;
        }
        paragraph(
            "allow",
            &format!("`<!-- lint: allow {} reason -->` below the card takes it back", rule.code),
        )?;
        return Ok(());
    }
    if let Some(code) = codes::explain(name) {
        output::say(code.code)?;
        paragraph("when", code.meaning)?;
        paragraph("repair", code.repair)?;
        return match code.fix {
            codes::Mend::Does(what) => paragraph("--fix", what),
            codes::Mend::Leaves(why) => paragraph("--fix", &format!("leaves it: {why}")),
        };
    }
    let known = lint::rules().map(|rule| rule.code).chain(codes::CODES.iter().map(|code| code.code));
    let failure = Failure::usage(format!("there is no rule `{name}`"));
    Err(match did_you_mean(name, known) {
        Some(near) => failure.hint(format!("did you mean `{near}`")),
        None => failure.hint("`retain check --explain` lists them all"),
    })
}

fn paragraph(label: &str, text: &str) -> Outcome {
    for (index, line) in textwrap::wrap(text, 90).iter().enumerate() {
        output::say(&format!("  {:<7} {line}", if index == 0 { label } else { "" }))?;
    }
    Ok(())
}
