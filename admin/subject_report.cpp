#include "admin/subject_report.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "admin/door.hpp"
#include "admin/event_words.hpp"
#include "admin/row_printer.hpp"
#include "admin/table.hpp"
#include "admin/unindexed.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

// For the terminal

std::string field(const json::object& row, std::string_view name) {
    const std::string text = field_text(row, name);
    return text.empty() ? "-" : safe_for_terminal(text);
}

void print_for_terminal(std::FILE* out, const json::object& row) {
    const std::string kind = field_text(row, "kind");
    if (kind == "subject")
        fmt::print(out, "Subject {}, born {}, died {}\n", field(row, "subject"), field(row, "born"),
                   field(row, "died"));
    else if (kind == "file")
        fmt::print(out, "\nContent {}\n  class {}, due {} ({}), {} bytes, deposited by {}\n",
                   field(row, "stream"), field(row, "class"), field(row, "due"), field(row, "why"),
                   field(row, "size"), field(row, "depositor"));
    else if (kind == "name")
        fmt::print(out, "  at {}\n", field(row, "path"));
    else if (kind == "hold")
        fmt::print(out, "  held since {} ({}){}\n", field(row, "made"), field(row, "case"),
                   field_text(row, "lifted").empty() ? "" : ", lifted " + field(row, "lifted"));
    else if (kind == "act")
        fmt::print(out, "\nNamed in: {}  {} {} by {} ({})\n", field(row, "time"),
                   field(row, "action"), field(row, "outcome"), field(row, "account"),
                   field(row, "detail"));
    else
        fmt::print(out, "  {}  {} {} by {}\n", field(row, "time"), field(row, "action"),
                   field(row, "outcome"), field(row, "account"));
}

// As a document

/// What the ledger says beside it, or why a term ends as it does.
std::string detail_of(const Tongue& say, const json::object& row) {
    return detail_text(say, field_text(row, row.contains("due") ? "why" : "detail"));
}

std::string who(const json::object& row) {
    const std::string account = field_text(row, "account");
    const std::string name = field_text(row, "account_name");
    return name.empty() ? account : fmt::format("{} ({})", name, account);
}

class SubjectDocument {
  public:
    SubjectDocument(Document& document, const Tongue& say) : document_(document), say_(say) {}

    void row(const json::object& row) {
        const std::string kind = field_text(row, "kind");
        if (kind != "event" && kind != "act") end_events();
        if (kind == "subject") {
            head(row);
            processing(row);
            rights();
        }
        if (kind == "file") file(row);
        if (kind == "name") document_.item(say_("Name", "Nom"), name(row));
        if (kind == "hold") document_.item(say_("Hold", "Gel"), hold(row));
        if (kind == "event") event(row, say_("Accesses and acts", "Accès et actes"), 3);
        if (kind == "act")
            event(row,
                  say_("Acts of administrators that name the person",
                       "Actes d'administration qui nomment la personne"),
                  2);
    }

    void end(const json::object& counts) {
        end_events();
        document_.heading(
            2, say_("What this report cannot tell", "Ce que ce rapport ne peut pas dire"));
        if (const auto forgotten = number(counts, "forgotten"); forgotten > 0)
            document_.item(fmt::format(
                fmt::runtime(say_("Of {} events the names are forgotten, as the policy has it.",
                                  "Les noms de {} événements sont oubliés, conformément à la "
                                  "politique.")),
                forgotten));
        if (const auto left_out = number(counts, "acts_left_out"); left_out > 0)
            document_.item(fmt::format(
                fmt::runtime(say_("{} older acts of administrators that name the person are not in "
                                  "it; `consign audit events --subject` finds them.",
                                  "{} actes d'administration plus anciens qui nomment la personne "
                                  "n'y figurent pas ; `consign audit events --subject` les "
                                  "retrouve.")),
                left_out));
        if (const auto rows = number(counts, "not_indexed"); rows > 0)
            document_.item(fmt::format(
                fmt::runtime(say_("{} older rows of the ledger are not indexed yet: acts that only "
                                  "they hold are missing.",
                                  "{} lignes anciennes du registre ne sont pas encore indexées : "
                                  "les actes qu'elles seules contiennent manquent.")),
                rows));
        document_.item(say_("Content that was destroyed is no longer known to be about the person.",
                            "Le lien entre un contenu détruit et la personne n'est pas conservé."));
        document_.item(
            say_("Content is found by the identifier that messages give the person; of a file "
                 "without one nothing is known.",
                 "Les contenus sont retrouvés par l'identifiant que les messages donnent à la "
                 "personne ; un fichier qui n'en porte pas n'est pas rattaché."));
        document_.finish();
    }

  private:
    void head(const json::object& row) {
        document_.title(say_("What is kept about a person, and who had access",
                             "Données conservées sur une personne, et accès à ces données"));
        document_.paragraph(say_("Answer to a request of access (GDPR art. 15).",
                                 "Réponse à une demande de droit d'accès (RGPD, art. 15)."));
        document_.item(say_("Person", "Personne concernée"), field_text(row, "subject"));
        document_.item(say_("Born", "Date de naissance"), known(row, "born"));
        document_.item(say_("Died", "Date de décès"), known(row, "died"));
        document_.item(say_("Site", "Site"), field_text(row, "site"));
        document_.item(say_("Controller", "Responsable du traitement"),
                       said_or_missing(say_, row, "controller"));
        document_.item(say_("Contact details", "Coordonnées"),
                       said_or_missing(say_, row, "contact"));
        document_.item(say_("Data protection officer", "Délégué à la protection des données"),
                       said_or_missing(say_, row, "dpo"));
        document_.item(say_("Made", "Établi le"), moment_text(row, "time"));
    }

    /// What art. 15 asks for of all files alike.
    void processing(const json::object& row) {
        document_.heading(2, say_("About the processing", "Informations sur le traitement"));
        document_.item(say_("Copy of the data", "Copie des données"),
                       Words(say_("to be attached: the contents of the files that are listed below",
                                  "à joindre : le contenu des fichiers énumérés ci-après"),
                             true));
        document_.item(say_("Source of the data", "Source des données"),
                       say_("the depositors that are named below, file by file",
                            "les déposants nommés ci-après, fichier par fichier"));
        document_.item(say_("Where the data stands", "Lieu d'hébergement des données"),
                       said_or_missing(say_, row, "residency"));
        const json::value* targets = row.if_contains("targets");
        if (targets != nullptr && targets->is_array())
            for (const json::value& one : targets->get_array())
                if (one.is_object())
                    document_.item(fmt::format("{} {}", say_("Deliveries to", "Livraisons vers"),
                                               field_text(one.get_object(), "name")),
                                   said_or_missing(say_, one.get_object(), "residency"));
        document_.item(
            say_("Transfers to third countries or international organisations, and their "
                 "safeguards (art. 46)",
                 "Transferts vers des pays tiers ou des organisations internationales, et "
                 "garanties appropriées (art. 46)"),
            missing());
        document_.item(
            say_("Automated decisions and profiling (art. 22)",
                 "Décisions automatisées et profilage (art. 22)"),
            say_("none by this server, which takes files in, keeps them and hands them on",
                 "aucun de la part de ce serveur, qui reçoit, conserve et transmet des fichiers"));
    }

    void rights() {
        document_.heading(2, say_("The person's rights", "Droits de la personne"));
        document_.paragraph(
            say_("These rights are exercised with the controller or its data protection officer, "
                 "who are named above.",
                 "Ces droits s'exercent auprès du responsable du traitement ou de son délégué à la "
                 "protection des données, nommés ci-dessus."));
        document_.item(say_("Rectification (art. 16)", "Rectification (art. 16)"),
                       say_("to have inaccurate data corrected, and incomplete data completed",
                            "faire corriger des données inexactes et compléter des données "
                            "incomplètes"));
        document_.item(
            say_("Erasure (art. 17)", "Effacement (art. 17)"),
            say_("to have data erased, unless the law asks for it to be kept, or it is needed for "
                 "legal claims",
                 "faire effacer des données, sauf si la loi impose de les conserver ou si elles "
                 "sont nécessaires à la constatation, à l'exercice ou à la défense de droits en "
                 "justice"));
        document_.item(say_("Restriction (art. 18)", "Limitation (art. 18)"),
                       say_("to have the use of data restricted, in the cases that the article "
                            "names",
                            "faire limiter l'utilisation des données, dans les cas prévus par cet "
                            "article"));
        document_.item(
            say_("Objection (art. 21)", "Opposition (art. 21)"),
            say_("to object, on grounds that relate to the person's situation, where the legal "
                 "basis is a task in the public interest or a legitimate interest",
                 "s'opposer au traitement, pour des raisons tenant à sa situation particulière, "
                 "lorsque la base légale est une mission d'intérêt public ou un intérêt légitime"));
        document_.item(
            say_("Complaint (art. 77)", "Réclamation (art. 77)"),
            say_("to lodge a complaint with a supervisory authority; in France, the CNIL, 3 place "
                 "de Fontenoy, TSA 80715, 75334 Paris Cedex 07, www.cnil.fr",
                 "introduire une réclamation auprès d'une autorité de contrôle ; en France, la "
                 "CNIL, 3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07, www.cnil.fr"));
    }

    void file(const json::object& row) {
        document_.heading(2, fmt::format("{} {}", say_("File", "Fichier"),
                                         field_text(row, "stream").substr(0, 16)));
        document_.item(say_("Size", "Taille"), size_text(say_, number(row, "size")));
        document_.item(say_("Deposited by", "Déposé par"), field_text(row, "depositor"));
        const std::string due = moment_text(row, "due");
        document_.item(say_("Kept until", "Conservé jusqu'au"),
                       due.empty() ? say_("an end that is not known", "terme inconnu")
                                   : fmt::format("{} ({})", due, detail_of(say_, row)));
        const json::value* classes = row.if_contains("classes");
        if (classes == nullptr || !classes->is_array()) return;
        for (const json::value& one : classes->get_array())
            if (one.is_object()) purpose(one.get_object());
    }

    void purpose(const json::object& row) {
        document_.item(say_("Purposes", "Finalités"), said_or_missing(say_, row, "purpose"));
        document_.item(say_("Legal basis", "Base légale"),
                       said_or_missing(say_, row, "legal_basis"));
        document_.item(say_("Categories of data", "Catégories de données"),
                       said_or_missing(say_, row, "data"));
        document_.item(say_("Recipients", "Destinataires"),
                       said_or_missing(say_, row, "recipients"));
        document_.item(say_("Time limit for erasure", "Durée de conservation"),
                       fmt::format("{} ({})", span_text(say_, field_text(row, "keep")),
                                   field_text(row, "class")));
    }

    [[nodiscard]] std::string name(const json::object& row) const {
        return fmt::format("{} ({} {})", field_text(row, "path"), say_("since", "depuis le"),
                           moment_text(row, "created"));
    }

    [[nodiscard]] std::string hold(const json::object& row) const {
        std::string text =
            fmt::format("{} {}", say_("since", "depuis le"), moment_text(row, "made"));
        if (const auto reason = field_text(row, "case"); !reason.empty())
            text += fmt::format(", {} {}", say_("case", "affaire"), reason);
        if (const auto lifted = moment_text(row, "lifted"); !lifted.empty())
            text += fmt::format(", {} {}", say_("lifted", "levé le"), lifted);
        return text;
    }

    void event(const json::object& row, const std::string& heading, int level) {
        const std::string kind = field_text(row, "kind");
        if (events_ != kind) {
            end_events();
            document_.heading(level, heading);
            document_.begin_table({say_("When", "Quand"), say_("Who", "Qui"), say_("What", "Quoi"),
                                   say_("How", "Comment"), say_("Bytes", "Volume"),
                                   say_("Under which name", "Sous quel nom")});
            events_ = kind;
        }
        std::string path = field_text(row, "path");
        if (const auto second = field_text(row, "second_path"); !second.empty())
            path += (path.empty() ? "" : " → ") + second;
        std::string how = field_text(row, "protocol");
        if (const auto detail = detail_of(say_, row); !detail.empty())
            how += (how.empty() ? "" : ", ") + detail;
        document_.row({moment_text(row, "time"), who(row), event_text(say_, row), how,
                       field_text(row, "bytes"), path});
    }

    void end_events() {
        if (!events_.empty()) document_.end_table();
        events_.clear();
    }
    [[nodiscard]] std::string known(const json::object& row, std::string_view name) const {
        const std::string text = field_text(row, name);
        return text.empty() ? say_("not known", "non connue") : text;
    }

    [[nodiscard]] Words missing() const { return {say_("to be completed", "à compléter"), true}; }

    Document& document_;
    const Tongue& say_;
    std::string events_;  // the kind of the rows in the table that is open
};

/// What a content is kept for stands below its row: in a record of its own, of several classes one
/// behind the other.
json::object flat(json::object row) {
    const json::value* given = row.if_contains("classes");
    if (given == nullptr || !given->is_array()) return row;
    const json::array classes = given->get_array();
    for (const char* name : {"purpose", "legal_basis", "data", "recipients", "keep"}) {
        std::string text;
        for (const json::value& one : classes)
            if (one.is_object())
                text += (text.empty() ? "" : " | ") + field_text(one.get_object(), name);
        row[name] = text;
    }
    row.erase("classes");
    return row;
}

Outcome<> show_document(const std::string& subject, const ReportOptions& options, Door& door,
                        std::FILE* out) {
    const Tongue say(options.language);
    const auto document = make_document(*options.markup, options.language,
                                        say("Access report", "Rapport de droit d'accès"), out);
    SubjectDocument report(*document, say);
    const auto answered = door.ask("subject.report", {{"subject", subject}},
                                   [&report](const json::object& row) { report.row(row); });
    if (!answered) return std::unexpected(answered.error());
    report.end(*answered);
    return {};
}

}  // namespace

Outcome<> show_subject_report(const Command& command, const std::string& subject,
                              const ReportOptions& options, std::FILE* out) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    if (options.markup) return show_document(subject, options, **door, out);
    const auto rows = make_row_printer(
        options.rows, {"kind",         "stream",   "subject",    "born",   "died",     "path",
                       "second_path",  "class",    "due",        "why",    "rule",     "size",
                       "depositor",    "made_by",  "created",    "hold",   "made",     "case",
                       "reason",       "lifted",   "time",       "action", "outcome",  "account",
                       "account_name", "protocol", "detail",     "bytes",  "personal", "purpose",
                       "legal_basis",  "data",     "recipients", "keep",   "site",     "controller",
                       "contact",      "dpo",      "residency"},
        {}, out);
    const auto answered =
        (*door)->ask("subject.report", {{"subject", subject}}, [&](const json::object& row) {
            if (options.rows == Format::table)
                print_for_terminal(out, row);
            else
                rows->print(options.rows == Format::csv ? flat(row) : row);
        });
    if (!answered) return std::unexpected(answered.error());
    if (const auto left_out = number(*answered, "acts_left_out"); left_out > 0)
        fmt::print(stderr, "consign: {} older acts that name the person are not shown\n", left_out);
    tell_unindexed(*answered);
    return {};
}

}  // namespace consign::admin
