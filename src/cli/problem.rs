//! `retain problem`: the families of generated problems: list, show an instance, practise.

use super::review::{Mode, Sat};
use super::{Failure, Outcome, output};
use crate::app::App;
use crate::app::front::right_answer;
use crate::app::practice::Practice;
use crate::card::{Form, Given};
use crate::problem::{self, Difficulty, Family};
use crate::session::given_text;
use crate::view::frame::{Line, Style};
use crate::view::markdown;

/// List, show and practise the families of generated problems
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: ProblemCommand,
}

#[derive(Debug, clap::Subcommand)]
enum ProblemCommand {
    /// List all families
    List {
        /// As one JSON array, with the parameters of each
        #[arg(long)]
        json: bool,
    },
    /// Show a family's parameters and one instance with its answer, solution and mistakes
    Show {
        #[command(flatten)]
        which: Which,
        /// The seed; the same seed shows the same instance
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The version of the family, as `retain history` tells it; the current one by default
        #[arg(long = "family-version", value_name = "N")]
        family_version: Option<u32>,
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Practise a family; nothing is logged
    Try {
        #[command(flatten)]
        which: Which,
        /// How many questions
        #[arg(short = 'n', long = "questions", value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
        count: u32,
        #[command(flatten)]
        mode: Mode,
    },
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The family, as raft.commit-index
    family: String,
    /// The difficulty, 0 to 2
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=2))]
    difficulty: u8,
    /// A parameter, as servers=5; may be given several times
    #[arg(long = "set", value_name = "NAME=VALUE")]
    parameters: Vec<String>,
}

impl Which {
    fn find(&self, version: Option<u32>) -> Result<(&'static dyn Family, toml::Table), Failure> {
        let Some(family) = problem::find(&self.family) else {
            let failure = Failure::usage(format!("there is no problem family `{}`", self.family));
            return Err(match problem::suggest(&self.family) {
                Some(near) => failure.hint(format!("did you mean `{near}`")),
                None => failure.hint("`retain problem list` names them all"),
            });
        };
        let version = version.unwrap_or(family.version());
        let Some(family) = problem::of_version(family, version) else {
            let known = family.earlier().iter().map(|earlier| earlier.version()).chain([family.version()]);
            let known: Vec<String> = known.map(|version| version.to_string()).collect();
            return Err(Failure::usage(format!("there is no version {version} of `{}`", family.name()))
                .hint(format!("it has {}", known.join(", "))));
        };
        let mut table = toml::Table::new();
        for line in &self.parameters {
            // A bare word is a text, as on any command line.
            let parsed = line.parse::<toml::Table>().ok().or_else(|| {
                let (name, value) = line.split_once('=')?;
                Some(toml::Table::from_iter([(name.trim().to_owned(), toml::Value::from(value.trim()))]))
            });
            table.extend(parsed.ok_or_else(|| {
                Failure::usage(format!("`{line}` is no parameter")).hint("write it as `--set servers=5`")
            })?);
        }
        if let Err(faults) = problem::Parameters::read(family, &table) {
            let mut failure = Failure::usage(
                faults.iter().map(|fault| fault.message.clone()).collect::<Vec<_>>().join("; "),
            );
            for fault in &faults {
                if let Some(help) = &fault.help {
                    failure = failure.hint(help.clone());
                }
            }
            return Err(failure);
        }
        Ok((family, table))
    }
}

/// Runs what needs no database; `None` when it does.
pub(super) fn run_alone(args: &Args) -> Option<Outcome> {
    match &args.command {
        ProblemCommand::List { json } => Some(list(*json)),
        ProblemCommand::Show { which, seed, family_version, json } => {
            Some(show(which, *seed, *family_version, *json))
        }
        ProblemCommand::Try { .. } => None,
    }
}

pub(super) fn run(app: &mut App, args: &Args) -> Outcome {
    let ProblemCommand::Try { which, count, mode } = &args.command else { return Ok(()) };
    let (family, parameters) = which.find(None)?;
    let practice = Practice { family, parameters, difficulty: which.difficulty, count: *count };
    match super::review::with(app, *mode, |app, front| app.practise(&practice, front))? {
        Sat::Home => super::home::screen(app),
        Sat::Left => Ok(()),
    }
}

fn list(json: bool) -> Outcome {
    if json {
        let rows: Vec<serde_json::Value> = problem::families()
            .iter()
            .map(|family| {
                let parameters: Vec<_> = family
                    .parameters()
                    .iter()
                    .map(|parameter| {
                        serde_json::json!({
                            "name": parameter.name, "doc": parameter.doc, "takes": parameter.takes(),
                            "default": parameter.default(Difficulty::new(0)).to_string(),
                        })
                    })
                    .collect();
                serde_json::json!({
                    "family": family.name(), "title": family.title(), "version": family.version(),
                    "parameters": parameters,
                })
            })
            .collect();
        return Ok(output::raw(format!("{:#}\n", serde_json::Value::from(rows)).as_bytes())?);
    }
    let widest = problem::families().iter().map(|family| family.name().len()).max().unwrap_or(0);
    for family in problem::families() {
        output::say(&format!("{:<widest$}  {}", family.name(), family.title()))?;
    }
    Ok(output::say(&format!("{} families", problem::families().len()))?)
}

fn show(which: &Which, seed: u64, version: Option<u32>, json: bool) -> Outcome {
    let (family, table) = which.find(version)?;
    let question = problem::draw(family, &table, seed, which.difficulty)
        .map_err(|_| Failure::no("the family cannot be drawn with these parameters"))?;
    if json {
        return Ok(output::raw(format!("{:#}\n", problem::describe(&question)).as_bytes())?);
    }
    let config = crate::config::Config::read()?;
    let width = output::width(&config).min(80);
    let difficulty = Difficulty::new(which.difficulty);
    let mut lines = vec![Line::styled(
        format!("{}: {} (version {})", family.name(), family.title(), family.version()),
        Style::Heading,
    )];
    for parameter in family.parameters() {
        lines.push(Line::styled(
            format!(
                "  {} = {}  # {}; {}",
                parameter.name,
                parameter.default(difficulty),
                parameter.doc,
                parameter.takes()
            ),
            Style::Dim,
        ));
    }
    lines.push(Line::new());
    lines.extend(markdown::render(&question.prompt, width));
    match &question.form {
        Form::Choice { options, .. } => {
            for (number, option) in (1..).zip(options) {
                lines.extend(markdown::render(&format!("{number}. {}", option.text), width));
            }
        }
        Form::Order { items, .. } => {
            for (number, item) in (1..).zip(items) {
                lines.extend(markdown::render(&format!("{number}. {item}"), width));
            }
        }
        _ => {}
    }
    lines.push(Line::new());
    lines.push(Line::styled("answer", Style::Heading));
    lines.extend(markdown::render(&right_answer(&question.form), width));
    if let Some(why) = &question.why {
        lines.push(Line::styled("solution", Style::Heading));
        lines.extend(markdown::render(why, width));
    }
    let mistakes = question.drawn.as_ref().map_or(&[][..], |drawn| &drawn.mistakes);
    if !mistakes.is_empty() {
        lines.push(Line::styled("mistakes", Style::Heading));
        for mistake in mistakes {
            let given = match (&mistake.answer, &question.form) {
                (Given::Choice(places), Form::Choice { options, .. }) => places
                    .iter()
                    .filter_map(|&place| options.get(place))
                    .map(|option| option.text.clone())
                    .collect::<Vec<_>>()
                    .join("; "),
                (answer, _) => given_text(answer),
            };
            lines.extend(markdown::render(&format!("- {given}: {}", mistake.name), width));
        }
    }
    Ok(output::lines(&lines, &config)?)
}
