#include "admin/blast_radius_document.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>

#include "admin/event_words.hpp"
#include "admin/report.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

std::string extent(const Tongue& say, const json::object& row) {
    const std::string text = field_text(row, "extent");
    if (text == "whole") return say("all of it", "en totalité");
    if (text == "part")
        return fmt::format(fmt::runtime(say("up to {} of {}", "au plus {} sur {}")),
                           size_text(say, number(row, "bytes")),
                           size_text(say, number(row, "size")));
    if (text == "hash") return say("its hash alone", "son empreinte seulement");
    if (text == "nothing") return say("opened, no byte read", "ouvert, aucun octet lu");
    return say("not known: count it as all of it", "inconnue : à considérer comme totale");
}

std::string path_of(const Tongue& say, const json::object& row) {
    const std::string path = field_text(row, "path");
    const std::string second = field_text(row, "second_path");
    if (path.empty() && second.empty()) return say("(forgotten)", "(oublié)");
    return second.empty() ? path : fmt::format("{} → {}", path, second);
}

std::string what(const Tongue& say, const json::object& row) {
    std::string text = event_text(say, row);
    if (const std::string count = field_text(row, "count"); !count.empty() && count != "1")
        text += " ×" + count;
    return text;
}

std::vector<Words> event_cells(const Tongue& say, const json::object& row) {
    return {moment_text(row, "time"), what(say, row), path_of(say, row),
            detail_text(say, field_text(row, "detail"))};
}

/// Whose rows stand in one table each, though they come mixed.
bool is_event(const std::string& kind) {
    return kind == "refusal" || kind == "change" || kind == "receipt";
}

}  // namespace

std::map<std::string, BlastRadiusDocument::Section> BlastRadiusDocument::sections(
    const Tongue& say) {
    const std::vector<std::string> of_events{say("When", "Quand"), say("What", "Quoi"),
                                             say("Where", "Où"), say("Detail", "Précision")};
    return {{"account",
             {say("The account, as the policies in force had it",
                  "Le compte, tel que l'ont décrit les politiques en vigueur"),
              {say("Since", "Depuis"), say("Name", "Nom"), say("Home", "Dossier"),
               say("Grants", "Droits")},
              [](const Tongue&, const json::object& row) -> std::vector<Words> {
                  return {moment_text(row, "since"), field_text(row, "name"),
                          field_text(row, "home"), joined(row, "grants")};
              }}},
            {"session",
             {say("Sessions", "Sessions"),
              {say("Started", "Début"), say("Ended", "Fin"), say("From", "Depuis l'adresse"),
               say("Login", "Authentification"), say("Client", "Client"), say("Out", "Sorti"),
               say("In", "Entré")},
              [](const Tongue& in, const json::object& row) -> std::vector<Words> {
                  return {moment_text(row, "started"),
                          moment_text(row, "ended"),
                          field_text(row, "address"),
                          field_text(row, "login_methods"),
                          field_text(row, "client"),
                          size_text(in, number(row, "bytes_out")),
                          size_text(in, number(row, "bytes_in"))};
              }}},
            {"refusal", {say("Refusals", "Refus"), of_events, event_cells}},
            {"change", {say("What was changed", "Ce qui a été modifié"), of_events, event_cells}},
            {"receipt", {say("Receipts read", "Récépissés lus"), of_events, event_cells}},
            {"file",
             {say("Files seen", "Fichiers vus"),
              {say("File", "Fichier"), say("How much", "Étendue"), say("First", "Première fois"),
               say("Last", "Dernière fois"), say("Classes", "Classes"),
               say("Persons", "Personnes concernées")},
              [](const Tongue& in, const json::object& row) -> std::vector<Words> {
                  return {path_of(in, row),          extent(in, row),
                          moment_text(row, "first"), moment_text(row, "last"),
                          joined(row, "classes"),    joined(row, "subjects")};
              }}},
            {"folder",
             {say("Folders listed (their names became known)",
                  "Dossiers listés (les noms qu'ils contiennent ont été vus)"),
              {say("Folder", "Dossier"), say("Last", "Dernière fois")},
              [](const Tongue&, const json::object& row) -> std::vector<Words> {
                  return {field_text(row, "path"), moment_text(row, "last")};
              }}},
            {"subject",
             {say("Persons whose files were seen", "Personnes dont des fichiers ont été vus"),
              {say("Person", "Personne"), say("Files", "Fichiers")},
              [](const Tongue&, const json::object& row) -> std::vector<Words> {
                  return {field_text(row, "subject"), field_text(row, "files")};
              }}},
            {"class",
             {say("Classes of the files seen", "Classes des fichiers vus"),
              {say("Class", "Classe"), say("Files", "Fichiers")},
              [](const Tongue&, const json::object& row) -> std::vector<Words> {
                  return {field_text(row, "class"), field_text(row, "files")};
              }}},
            {"sealed",
             {say("What stayed sealed: readable by the account, and not opened",
                  "Ce qui est resté scellé : lisible par le compte, et non ouvert"),
              {say("File", "Fichier"), say("Size", "Taille"), say("Name seen", "Nom vu")},
              [](const Tongue& in, const json::object& row) -> std::vector<Words> {
                  return {field_text(row, "path"), size_text(in, number(row, "size")),
                          flag(row, "name_learned") ? in("yes", "oui") : in("no", "non")};
              }}}};
}

BlastRadiusDocument::BlastRadiusDocument(Document& document, const Tongue& say)
    : document_(document), say_(say), sections_(sections(say)) {}

void BlastRadiusDocument::begin(const std::string& account, const std::string& from,
                                const std::string& until) {
    document_.title(say_("What the credentials of an account gave away",
                         "Ce que les identifiants d'un compte ont permis de voir"));
    document_.paragraph(
        say_("For the notification of a personal data breach (GDPR art. 33): what somebody with "
             "these credentials saw and did over the period, and what stayed sealed.",
             "Pour la notification d'une violation de données à caractère personnel (RGPD, art. "
             "33) : ce qu'une personne munie de ces identifiants a vu et fait pendant la période, "
             "et ce qui est resté scellé."));
    document_.item(say_("Account", "Compte"), account);
    document_.item(say_("Period", "Période"), fmt::format("{} – {}", from, until));
}

void BlastRadiusDocument::enter(const std::string& kind, const Section& section) {
    const std::string next = is_event(kind) ? "event" : kind;
    if (next == kind_) return;
    if (!kind_.empty()) document_.end_table();
    kind_ = next;
    document_.heading(2, is_event(kind) ? say_("What was done, and refused, event by event",
                                               "Actes et refus, événement par événement")
                                        : section.heading);
    document_.begin_table(section.columns);
}

void BlastRadiusDocument::row(const json::object& row) {
    const std::string kind = field_text(row, "kind");
    const auto found = sections_.find(kind);
    if (found == sections_.end()) return;
    enter(kind, found->second);
    document_.row(found->second.cells(say_, row));
}

void BlastRadiusDocument::end(const json::object& counts) {
    if (!kind_.empty()) document_.end_table();
    summary(counts);
    limits(counts);
    document_.finish();
}

void BlastRadiusDocument::summary(const json::object& counts) {
    document_.heading(2, say_("In figures", "En chiffres"));
    const auto item = [&](std::string_view english, std::string_view french,
                          std::string_view field) {
        document_.item(say_(english, french), field_text(counts, field));
    };
    item("Sessions", "Sessions", "sessions");
    item("Files opened, or whose hash was told",
         "Fichiers ouverts, ou dont l'empreinte a été "
         "donnée",
         "files");
    item("of these read whole", "dont lus en totalité", "files_whole");
    item("of these read to an extent not known", "dont lus dans une étendue inconnue",
         "files_unknown");
    document_.item(say_("Bytes read", "Volume lu"), size_text(say_, number(counts, "bytes")));
    item("Persons concerned", "Personnes concernées", "subjects");
    item("Folders listed", "Dossiers listés", "folders");
    item("Changes", "Modifications", "changes");
    item("Receipts read", "Récépissés lus", "receipts");
    item("Refusals", "Refus", "refusals");
    document_.item(
        say_("Stayed sealed", "Restés scellés"),
        fmt::format(fmt::runtime(say_("{} files ({}); names seen: {}",
                                      "fichiers : {} ({}), dont noms vus : {}")),
                    number(counts, "sealed"), size_text(say_, number(counts, "sealed_bytes")),
                    number(counts, "sealed_names_learned")));
}

void BlastRadiusDocument::limits(const json::object& counts) {
    document_.heading(2,
                      say_("What this report cannot tell", "Ce que ce rapport ne peut pas dire"));
    const auto counted = [&](std::string_view field, std::string_view english,
                             std::string_view french) {
        if (const auto count = number(counts, field); count > 0)
            document_.item(fmt::format(fmt::runtime(say_(english, french)), count));
    };
    counted("forgotten", "{} events whose names and addresses are forgotten (ledger.keep)",
            "{} événements dont les noms et adresses sont oubliés (ledger.keep)");
    counted("altered", "{} events whose names were altered: verify the ledger",
            "{} événements dont les noms ont été altérés : vérifier le journal");
    counted("files_gone",
            "{} of the files seen are destroyed since: whom they were about is no longer known",
            "{} des fichiers vus ont été détruits depuis : on ne sait plus qui ils concernaient");
    counted("policies_unknown", "{} policies in force over the period could not be looked at",
            "{} politiques en vigueur pendant la période n'ont pas pu être consultées");
    document_.item(say_(
        "What stayed sealed is told of the names that are here now; a file that was removed "
        "or destroyed since the period is not among them.",
        "Ce qui est resté scellé est établi d'après les noms présents aujourd'hui ; un fichier "
        "supprimé ou détruit depuis la période n'y figure pas."));
    document_.item(
        say_("Which names a listing showed at its moment is not recorded: a name counts as seen "
             "where it was in a folder before that was last listed.",
             "Les noms qu'un listage a montrés ne sont pas enregistrés : un nom est réputé vu s'il "
             "se trouvait dans un dossier avant son dernier listage."));
    document_.item(
        say_("Who used the credentials, their holder or an intruder, is not told by these rows.",
             "Ces lignes ne disent pas qui, du titulaire ou d'un intrus, a utilisé les "
             "identifiants."));
}

}  // namespace consign::admin
