//! The command line.
use crate::config::Flags;
use clap::{Args, Parser, Subcommand};

const EXAMPLES: &str = "\
Start:
  firstline serve                             a desk in ./data; a browser sets it up
  firstline setup --data /var/lib/firstline   asks for the desk's name and its first administrator
  firstline serve --data /var/lib/firstline --listen 0.0.0.0:8080 --smtp-listen 0.0.0.0:25

Every key of the configuration is a variable (FIRSTLINE_SMTP_LISTEN) and a line of firstline.toml in
the data folder (smtp_listen = \"0.0.0.0:25\"); many are a flag of `serve` too (--smtp-listen). A flag
wins over a variable, a variable over the file.

  key                expected                                   default
  data               a folder                                   data
  database           sqlite, or postgres://…?schema=NAME        sqlite
  listen             IP:PORT                                    127.0.0.1:8080
  smtp_listen        IP:PORT, for mail by SMTP                  none
  lmtp_listen        IP:PORT, for mail by LMTP                  none
  sip_listen         IP:PORT, where SIP OPTIONS is answered     none
  public_url         https://help.example.org                   http:// and the address of listen
  allow_outbound     private address ranges that may be called  none
  trusted_proxies    proxies whose X-Forwarded-For is believed  none (as a flag: --trusted-proxy)
  dns                system, off, or name servers like 9.9.9.9   system
  max_message_bytes  the largest mail or upload                 52428800
  metrics            loopback or public: who reads /metrics     loopback
  host_name          how this machine greets mail servers       the host of public_url
  mail_certificate   a PEM file for STARTTLS                    none
  mail_key           its private key, a PEM file                none
  extra_authorities  a PEM file to trust besides the system's   none
  log_format         text or json (as a flag: --log)            text
  log_filter         info, debug, channels=debug,info           info (or FIRSTLINE_LOG)

The exit code is 0 when all went well, 1 when it did not, 2 when the command or the configuration is
wrong. The manual is in docs/manual.";

/// The whole support desk in one program.
#[derive(Parser)]
#[command(name = "firstline", version, about, after_help = EXAMPLES, subcommand_required = true)]
#[command(arg_required_else_help = true, max_term_width = 120, args_override_self = true)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Args)]
pub struct Common {
    /// The folder of the desk: database, files, key [default: data]
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<String>,
    /// sqlite, or postgres://USER:PASSWORD@HOST/NAME?schema=NAME [default: sqlite]
    #[arg(long, value_name = "URL", global = true)]
    database: Option<String>,
    /// The configuration [default: firstline.toml in the data folder]
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<String>,
    /// How log lines look: text or json [default: text]
    #[arg(long, value_name = "FORMAT", global = true)]
    log: Option<String>,
}

#[derive(Subcommand)]
pub enum Command {
    /// Runs the desk until it is told to stop (Ctrl-C, SIGTERM)
    #[command(after_help = "\
Prints one line `listening on http://ADDR` when it is ready.
On a desk that is not set up yet, the log shows a code for the browser's set-up page.
/healthz and /readyz answer 200 when it is up and ready; /metrics is for Prometheus.

  firstline serve --data /var/lib/firstline --listen 127.0.0.1:8080 --smtp-listen 127.0.0.1:2525
  FIRSTLINE_DATABASE=postgres://desk@db/desk firstline serve --data /var/lib/firstline")]
    Serve(Serve),
    /// Makes a desk: its name, its language, its first administrator
    #[command(after_help = "\
Asks for what is missing when it runs in a terminal. A robot gives all of it:

  firstline setup --data /var/lib/firstline --desk-name \"Acme Help\" --admin-email ada@acme.example \\
                  --admin-password-file /run/secrets/ada --language en")]
    Setup(Setup),
    /// Access for programs
    #[command(subcommand)]
    Token(Token),
    /// Brings the database up to date without serving
    #[command(after_help = "\
`serve` does this by itself. Before a SQLite desk is changed, a copy is kept in the folder `snapshots`.")]
    Migrate,
    /// Fills an empty desk with a believable company
    #[command(after_help = "\
Prints the people and their password; the same number of tickets gives the same desk. Never for a
desk that others can reach.

  firstline demo --data ./data --tickets 2000")]
    Demo {
        /// How many tickets
        #[arg(long, value_name = "N", default_value_t = 400, value_parser = count, allow_hyphen_values = true)]
        tickets: usize,
    },
    /// Writes the whole desk into one file, also while it is served
    #[command(after_help = "\
The file holds every row, every attachment and the desk's key: keep it like a password. It fits both databases.

  firstline backup --data /var/lib/firstline --to /backup/desk-monday.flb")]
    Backup {
        /// The new file; it must not exist
        #[arg(long, value_name = "FILE")]
        to: String,
    },
    /// Rebuilds what is derived from the data: the ticket counts, the deadlines and the search index
    #[command(after_help = "\
While the desk is served, the program that serves it rebuilds the search index, in the background.")]
    Reindex,
    /// Reads the text of a file on stdin (`serve` calls it for files that came in)
    #[command(hide = true)]
    ReadText {
        /// Which kind of file it is
        kind: String,
    },
    /// Checks the configuration, the database and all that must hold, also while serving
    #[command(after_help = "\
Prints a line for each check, `ok NAME` or `FINDING NAME: what, which ids, what to do`, and exits with 1 if there is
a finding. It changes nothing.")]
    Doctor,
    /// Measures what each operation costs on this machine, on desks of its own
    #[command(after_help = "\
Fills a desk, serves it in a process of its own, and prints CPU, speed and statements of each operation as a table.
--database is sqlite, postgres://…, or both with --postgres beside it. With --data the desks stay in that folder and
are used again; without, they are made in the folder for temporary files and removed. docs/performance.md explains.

  firstline bench
  firstline bench --data ./bench --tickets 20000,100000,1000000 --database both --postgres postgres://…")]
    Bench(Bench),
    /// Fills an empty desk from a file of `backup`
    #[command(after_help = "\
Mails that were waiting to be sent when the backup was made are marked as failed (\"restored, not sent\"), because
they may have left since; with --resend they go out.

  firstline restore --data /var/lib/new --database postgres://desk@db/desk --from /backup/desk-monday.flb")]
    Restore {
        /// The file
        #[arg(long, value_name = "FILE")]
        from: String,
        /// Send the mails that were waiting when the backup was made
        #[arg(long)]
        resend: bool,
    },
}

/// How many tickets somebody may want to look at.
fn count(text: &str) -> Result<usize, &'static str> {
    let number = text.parse().ok().filter(|number| *number <= 10_000_000);
    number.ok_or("expected a whole number from 0 to 10000000")
}

#[derive(Args)]
pub struct Serve {
    /// Where browsers and programs connect [default: 127.0.0.1:8080]
    #[arg(long, value_name = "IP:PORT")]
    listen: Option<String>,
    /// Where mail comes in by SMTP [default: nowhere]
    #[arg(long, value_name = "IP:PORT")]
    smtp_listen: Option<String>,
    /// Where mail comes in by LMTP [default: nowhere]
    #[arg(long, value_name = "IP:PORT")]
    lmtp_listen: Option<String>,
    /// Where a telephone system is answered that asks by SIP (UDP) whether this desk is there [default: nowhere]
    #[arg(long, value_name = "IP:PORT")]
    sip_listen: Option<String>,
    /// How people reach this desk; links in mails begin with it [default: http://LISTEN]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Who is asked about senders' domains: system, off, or addresses of name servers [default: system]
    #[arg(long, value_name = "NAMES")]
    dns: Option<String>,
    /// A private range that may be connected to, e.g. 10.0.0.0/8; repeat it for more
    #[arg(long, value_name = "CIDR")]
    allow_outbound: Vec<String>,
    /// A reverse proxy, e.g. 127.0.0.1 or 10.0.0.0/24: only from it the address of the client is taken out of
    /// X-Forwarded-For; repeat it for more [default: nobody]
    #[arg(long = "trusted-proxy", value_name = "CIDR")]
    trusted_proxies: Vec<String>,
}

#[derive(Args)]
pub struct Bench {
    /// How many tickets the desks have, separated by commas
    #[arg(long, value_name = "N,N…", default_value = "20000")]
    pub tickets: String,
    /// Times that everything is measured; the median counts
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..100))]
    pub rounds: u16,
    /// Operations of one kind in a round, 20 seconds at most
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub operations: usize,
    /// The server for `--database both`
    #[arg(long, value_name = "URL")]
    pub postgres: Option<String>,
    /// Its first process, to measure the database as well
    #[arg(long, value_name = "PID")]
    pub postgres_pid: Option<u32>,
}

#[derive(Args)]
pub struct Setup {
    /// What the desk is called on its pages and in its mails
    #[arg(long, value_name = "NAME")]
    pub desk_name: Option<String>,
    /// The first administrator's address, to sign in with
    #[arg(long, value_name = "EMAIL")]
    pub admin_email: Option<String>,
    /// The first administrator's name [default: the part of the address before the @]
    #[arg(long, value_name = "NAME")]
    pub admin_name: Option<String>,
    /// A file whose first line is the password
    #[arg(long, value_name = "FILE")]
    pub admin_password_file: Option<String>,
    /// en, de or nl
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Option<String>,
}

#[derive(Subcommand)]
pub enum Token {
    /// Makes a bearer token for the API and prints it, alone, on stdout
    #[command(after_help = "\
A token sees and does what its person may see and do, no more. It is shown once.

  firstline token create --data /var/lib/firstline --user ada@acme.example --scopes all")]
    Create {
        /// The person's e-mail address
        #[arg(long, value_name = "EMAIL")]
        user: String,
        /// `all`, or permissions separated by commas
        #[arg(long)]
        scopes: String,
        /// What the list of tokens shows
        #[arg(long, default_value = "command line")]
        name: String,
    },
}

impl Common {
    pub fn flags(&self) -> Flags {
        Flags {
            config: self.config.clone(),
            data: self.data.clone(),
            database: self.database.clone(),
            log_format: self.log.clone(),
            ..Flags::default()
        }
    }
}
impl Cli {
    pub fn flags(&self) -> Flags {
        let common = self.common.flags();
        match &self.command {
            Command::Serve(serve) => Flags {
                listen: serve.listen.clone(),
                smtp_listen: serve.smtp_listen.clone(),
                lmtp_listen: serve.lmtp_listen.clone(),
                sip_listen: serve.sip_listen.clone(),
                public_url: serve.public_url.clone(),
                allow_outbound: serve.allow_outbound.clone(),
                trusted_proxies: serve.trusted_proxies.clone(),
                dns: serve.dns.clone(),
                ..common
            },
            _ => common,
        }
    }
}
