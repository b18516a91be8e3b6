// `consign weak`: which accounts still use legacy algorithms, since when, until when.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/report.hpp"
#include "admin/report_file.hpp"
#include "admin/row_printer.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Asked {
    bool compatible = false;
    ReportOptions options;
};

std::string of_kind(const json::object& row) {
    if (field_text(row, "kind") == "exception")
        return fmt::format("exception {}", field_text(row, "exception"));
    return fmt::format("{} {}: {}", field_text(row, "protocol"), field_text(row, "profile"),
                       joined(row, "algorithms"));
}

std::string exception_state(const json::object& row) {
    const std::string state = field_text(row, "state");
    const std::string until = field_text(row, "until");
    if (state == "none") return "no exception";
    if (state == "lapsed") return "lapsed on " + until;
    if (state == "soon")
        return fmt::format("until {}, in {} days", until, number(row, "days_left"));
    return "until " + until;
}

std::string notes(const json::object& row) {
    if (field_text(row, "kind") == "exception") {
        const std::string reason = field_text(row, "reason");
        const json::value* used = row.if_contains("used");
        const bool is_unused = used != nullptr && used->is_bool() && !used->get_bool();
        return is_unused ? "never needed: it could be withdrawn; " + reason : reason;
    }
    std::string clients = joined(row, "clients");
    if (const auto more = number(row, "more_clients"); more > 0)
        clients += fmt::format(" and {} more", more);
    return clients;
}

std::unique_ptr<RowPrinter> printer(Format format, std::FILE* out) {
    return make_row_printer(format,
                            {"kind", "account", "protocol", "profile", "algorithms", "first",
                             "last", "sessions", "clients", "more_clients", "exception", "state",
                             "until", "days_left", "used", "reason", "rule"},
                            {field_column("ACCOUNT", "account"),
                             {"WHAT", of_kind},
                             time_column("FIRST (UTC)", "first"),
                             time_column("LAST", "last"),
                             field_column("SESSIONS", "sessions", true),
                             {"EXCEPTION", exception_state},
                             {"CLIENTS, OR REASON", notes}},
                            out);
}

void write_uses(Document& document, const Tongue& say, const std::vector<json::object>& rows) {
    document.heading(2, say("Algorithms in use", "Algorithmes utilisés"));
    document.begin_table({say("Account", "Compte"), say("Protocol", "Protocole"),
                          say("Algorithms", "Algorithmes"), say("First", "Première session"),
                          say("Last", "Dernière session"), say("Sessions", "Sessions"),
                          say("Clients", "Clients"), say("Exception", "Dérogation")});
    for (const json::object& row : rows) {
        if (field_text(row, "kind") != "use") continue;
        const std::string until = field_text(row, "until");
        document.row({field_text(row, "account"), field_text(row, "protocol"),
                      fmt::format("{}: {}", field_text(row, "profile"), joined(row, "algorithms")),
                      moment_text(row, "first"), moment_text(row, "last"),
                      field_text(row, "sessions"), notes(row),
                      until.empty() ? say("none", "aucune") : say("until ", "jusqu'au ") + until});
    }
    document.end_table();
}

std::string use_of(const Tongue& say, const json::object& row) {
    const json::value* used = row.if_contains("used");
    if (used == nullptr || !used->is_bool()) return say("not recorded", "non enregistrée");
    return used->get_bool() ? say("used", "utilisée")
                            : say("never needed: it could be withdrawn",
                                  "jamais utilisée : elle peut être retirée");
}

void write_exceptions(Document& document, const Tongue& say,
                      const std::vector<json::object>& rows) {
    document.heading(
        2, say("Exceptions of the policy in force", "Dérogations de la politique en vigueur"));
    document.begin_table({say("Account", "Compte"), say("Exception", "Dérogation"),
                          say("Until", "Jusqu'au"), say("State", "État"), say("Use", "Utilisation"),
                          say("Reason", "Motif")});
    for (const json::object& row : rows) {
        if (field_text(row, "kind") != "exception") continue;
        const std::string state = field_text(row, "state");
        document.row(
            {field_text(row, "account"), field_text(row, "exception"), field_text(row, "until"),
             state == "lapsed" ? say("lapsed", "échue")
             : state == "soon"
                 ? fmt::format(fmt::runtime(say("lapses in {} days", "échoit dans {} jours")),
                               number(row, "days_left"))
                 : say("live", "en cours"),
             use_of(say, row), field_text(row, "reason")});
    }
    document.end_table();
}

Outcome<> show_document(const Asked& asked, Door& door, json::object arguments, std::FILE* out) {
    const Tongue say(asked.options.language);
    std::vector<json::object> rows;
    const auto answered = door.ask("weak.list", std::move(arguments),
                                   [&rows](const json::object& row) { rows.push_back(row); });
    if (!answered) return std::unexpected(answered.error());
    const std::string title =
        say("Accounts that use legacy algorithms", "Comptes utilisant des algorithmes obsolètes");
    const auto document = make_document(*asked.options.markup, asked.options.language, title, out);
    document->title(title);
    write_uses(*document, say, rows);
    write_exceptions(*document, say, rows);
    document->paragraph(say(
        "What a key signed with is not recorded: a host key or a user's key of the type "
        "ssh-rsa may have signed with SHA-1 where nothing here shows it.",
        "L'algorithme de signature des clés n'est pas enregistré : une clé d'hôte ou "
        "d'utilisateur de type ssh-rsa a pu signer avec SHA-1 sans que rien ici ne le montre."));
    document->finish();
    return {};
}

Outcome<> show(const Command& command, const Asked& asked, std::FILE* out) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    json::object arguments{{"compatible", asked.compatible}};
    if (asked.options.markup) return show_document(asked, **door, std::move(arguments), out);
    const auto rows = printer(asked.options.rows, out);
    const auto answered = (*door)->ask("weak.list", std::move(arguments),
                                       [&rows](const json::object& row) { rows->print(row); });
    rows->finish();
    if (!answered) return std::unexpected(answered.error());
    if (asked.options.rows == Format::table && number(*answered, "uses") == 0)
        fmt::print(stderr, "consign: no session that the ledger knows used legacy algorithms\n");
    return {};
}

}  // namespace

void add_weak(CLI::App& app, Command& command) {
    auto* verb = app.add_subcommand("weak", "Which accounts still use legacy algorithms");
    const auto asked = std::make_shared<Asked>();
    verb->add_flag("--compatible", asked->compatible,
                   "What is old, and not broken, too: the profile `compatible`");
    add_report_and_row_options(*verb, asked->options);
    verb->callback([&command, asked] {
        command.verb = [&command, asked] {
            return write_report(asked->options,
                                [&](std::FILE* out) { return show(command, *asked, out); });
        };
    });
}

}  // namespace consign::admin
