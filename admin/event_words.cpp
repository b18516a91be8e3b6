#include "admin/event_words.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "admin/row_printer.hpp"
#include "desk/receipts/receipt.hpp"

namespace consign::admin {

std::string event_text(const Tongue& say, const boost::json::object& row) {
    static const std::map<std::string_view, std::pair<std::string_view, std::string_view>> words{
        {"upload_opened", {"deposit begun", "dépôt commencé"}},
        {"upload_broken_off", {"deposit broken off", "dépôt interrompu"}},
        {"upload_expired", {"unfinished deposit removed", "dépôt inachevé supprimé"}},
        {"deposited", {"deposited", "déposé"}},
        {"opened_for_reading", {"opened for reading", "ouvert en lecture"}},
        {"retrieval_ended", {"retrieved", "retiré"}},
        {"hashed", {"hash told", "empreinte donnée"}},
        {"attributes_set", {"times set", "dates modifiées"}},
        {"altered_content_found", {"found altered", "altération constatée"}},
        {"content_mended", {"whole again", "de nouveau intact"}},
        {"listed", {"listed", "listé"}},
        {"folder_made", {"folder made", "dossier créé"}},
        {"folder_removed", {"folder removed", "dossier supprimé"}},
        {"login", {"login", "authentification"}},
        {"login_failed", {"login failed", "échec d'authentification"}},
        {"request_refused", {"request refused", "requête refusée"}},
        {"stat_refused", {"look refused", "consultation refusée"}},
        {"protocol_violation", {"protocol violation", "violation du protocole"}},
        {"receipt_read", {"receipt read", "récépissé lu"}},
        {"routed", {"routed", "acheminé"}},
        {"acknowledged", {"acknowledged", "accusé de réception"}},
        {"delivery_begun", {"delivery begun", "livraison commencée"}},
        {"delivered", {"delivered", "livré"}},
        {"pulled", {"fetched", "récupéré"}},
        {"removed_there", {"removed at its source", "supprimé à la source"}},
        {"renamed", {"renamed", "renommé"}},
        {"removed", {"name removed", "nom supprimé"}},
        {"expired", {"term over: name ended", "échéance : nom supprimé"}},
        {"destroyed", {"destroyed", "détruit"}},
        {"quarantined", {"quarantined", "mis en quarantaine"}},
        {"quarantine_released", {"released from quarantine", "sorti de quarantaine"}},
        {"quarantine_rejected", {"rejected in quarantine", "rejeté en quarantaine"}},
        {"scanned", {"scanned for viruses", "analysé (antivirus)"}},
        {"hold_added", {"held", "gelé"}},
        {"hold_lifted", {"hold lifted", "gel levé"}},
        {"hidden_once_collected", {"hidden once collected", "masqué après retrait"}},
        {"archived_once_collected", {"archived once collected", "archivé après retrait"}},
        {"name_ended_once_collected", {"removed once collected", "supprimé après retrait"}},
        {"erasure_requested", {"erasure requested", "effacement demandé"}},
        {"administrator_acted", {"administrator's act", "acte d'administration"}}};
    const std::string action = field_text(row, "action");
    const auto found = words.find(action);
    std::string text =
        found == words.end() ? action : say(found->second.first, found->second.second);
    const std::string outcome = field_text(row, "outcome");
    if (outcome == "refused") text += say(" (refused)", " (refusé)");
    if (outcome == "failed") text += say(" (failed)", " (échec)");
    return text;
}

namespace {

using Told = std::optional<std::string>;

/// What stands behind `mark`, with which the text begins; nothing where it does not.
std::optional<std::string_view> behind(std::string_view text, std::string_view mark) {
    if (!text.starts_with(mark)) return std::nullopt;
    return text.substr(mark.size());
}

/// "deliver: TARGET", "to TARGET, job N"
Told delivery_in_french(const Tongue&, std::string_view detail) {
    if (const auto target = behind(detail, "deliver: "))
        return fmt::format("livraison : {}", *target);
    constexpr std::string_view job = ", job ";
    const auto told = behind(detail, "to ");
    const std::size_t at = told ? told->rfind(job) : std::string_view::npos;
    if (at == std::string_view::npos) return std::nullopt;
    return fmt::format("vers {}, tâche {}", told->substr(0, at), told->substr(at + job.size()));
}

/// "hold N: file", "hold N: subject", "hold N: account NAME"
Told hold_in_french(const Tongue&, std::string_view detail) {
    const auto told = behind(detail, "hold ");
    const std::size_t at = told ? told->find(": ") : std::string_view::npos;
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view number = told->substr(0, at), what = told->substr(at + 2);
    if (what == "file") return fmt::format("gel {} : fichier", number);
    if (what == "subject") return fmt::format("gel {} : personne", number);
    if (const auto account = behind(what, "account "))
        return fmt::format("gel {} : compte {}", number, *account);
    return std::nullopt;
}

/// "class CLASS: WHY, due WHEN"
Told term_in_french(const Tongue& say, std::string_view term) {
    const auto told = behind(term, "class ");
    constexpr std::string_view due_mark = ", due ";
    const std::size_t at = told ? told->find(": ") : std::string_view::npos;
    const std::size_t due_at = told ? told->rfind(due_mark) : std::string_view::npos;
    if (at == std::string_view::npos || due_at == std::string_view::npos || due_at < at + 2)
        return std::nullopt;
    const std::string_view due = told->substr(due_at + due_mark.size());
    return fmt::format("classe {} : {}, échéance {}", told->substr(0, at),
                       detail_text(say, std::string(told->substr(at + 2, due_at - at - 2))),
                       due == "by now" ? "atteinte" : due);
}

/// A certificate's: the term that was over, and what was looked for that would have kept the file.
Told destruction_in_french(const Tongue& say, std::string_view detail) {
    constexpr std::string_view covered = "; no hold, and no job that needs it";
    constexpr std::string_view uncovered = "its last name is gone, and no class covers it; no hold";
    constexpr std::string_view none_on_it = ", none of them on it";
    constexpr std::string_view one_on_it = ", of which one is on it, and came too late";
    std::string holds;
    // Of the last holds that were told: a class's name may hold anything.
    if (const std::size_t at = detail.rfind(desk::holds_checked_mark);
        at != std::string_view::npos) {
        const std::string_view told = detail.substr(at + desk::holds_checked_mark.size());
        const bool is_late = told.ends_with(one_on_it);
        if (!is_late && !told.ends_with(none_on_it)) return std::nullopt;
        holds =
            fmt::format(" ; gels en vigueur : {}, {}",
                        told.substr(0, told.size() - (is_late ? one_on_it : none_on_it).size()),
                        is_late ? "dont un le concerne, posé trop tard" : "aucun ne le concerne");
        detail = detail.substr(0, at);
    }
    if (detail == uncovered)
        return "son dernier nom a disparu et aucune classe ne le couvre ; aucun gel" + holds;
    const bool is_kept_by_nothing = detail.ends_with(covered);
    if (is_kept_by_nothing) detail.remove_suffix(covered.size());
    auto term = term_in_french(say, detail);
    if (!term) return std::nullopt;
    return *term + (is_kept_by_nothing ? " ; aucun gel, et aucune tâche qui en ait besoin" : "") +
           holds;
}

}  // namespace

std::string detail_text(const Tongue& say, const std::string& detail) {
    if (say.language() == Language::english) return detail;
    static const std::map<std::string_view, std::string_view> french{
        {"all of it", "en totalité"},
        {"the rest of it", "le reste"},
        {"a part of it", "en partie"},
        {"broken off", "interrompu"},
        {"copy", "copie"},
        {"move", "déplacement"},
        {"deposit + keep", "dépôt + durée de conservation"},
        {"last pickup + keep", "dernier retrait + durée de conservation"},
        {"last activity + keep", "dernière activité + durée de conservation"},
        {"last activity + after_death", "dernière activité + délai après le décès"},
        {"died + after_death", "décès + délai après le décès"},
        {"born + minor_until", "naissance + âge fixé pour les mineurs"},
        {"collected by all + shorten_after_pickup", "retrait par tous + délai abrégé"},
        {"held", "gelé"},
        {"suspended by a claim", "suspendu par une réclamation"},
        {"died before birth", "décès antérieur à la naissance"},
        {"last activity unknown", "dernière activité inconnue"},
        {"birth date unknown", "date de naissance inconnue"},
        {"subject unknown", "personne inconnue"},
        {"not collected yet", "pas encore retiré"},
        {"its last name is gone, and no class covers it",
         "son dernier nom a disparu et aucune classe ne le couvre"},
        {"this account may not list here", "ce compte ne peut pas lister ici"},
        {"this account may not download here", "ce compte ne peut pas télécharger ici"},
        {"this account may not upload here", "ce compte ne peut pas déposer ici"},
        {"a file of this name is there, and this account may not overwrite it",
         "un fichier de ce nom existe, et ce compte ne peut pas le remplacer"},
        {"this account may not append here", "ce compte ne peut pas compléter de fichiers ici"},
        {"this account may not rename here", "ce compte ne peut pas renommer ici"},
        {"this account may not delete here", "ce compte ne peut pas supprimer ici"},
        {"this account may not make folders here", "ce compte ne peut pas créer de dossiers ici"},
        {"this account may not set times here", "ce compte ne peut pas modifier les dates ici"},
        {"receipts can be read, and nothing else: nothing can be made, changed or removed here",
         "les récépissés se lisent, et rien d'autre : rien ne peut être créé, modifié ni supprimé "
         "ici"},
        {"this is not collected at this hour", "le retrait n'est pas possible à cette heure"},
        {"this file was downloaded as often as it may be",
         "ce fichier a été téléchargé autant de fois que permis"},
        {"no such file or folder", "ni fichier ni dossier de ce nom"},
        {"the stored file was altered, and is not served",
         "le fichier conservé a été altéré, et n'est pas servi"},
        {"the account's quota of bytes is used up", "le quota de volume du compte est épuisé"},
        {"the account's quota of files is used up", "le quota de fichiers du compte est épuisé"}};
    for (const auto& read : {delivery_in_french, hold_in_french, destruction_in_french})
        if (auto told = read(say, detail)) return *std::move(told);
    // A receipt's id stands before it.
    constexpr std::string_view of_a_signature = ", its signature";
    if (detail.ends_with(of_a_signature))
        return detail.substr(0, detail.size() - of_a_signature.size()) + ", sa signature";
    constexpr std::string_view of_a_class = "class: ";
    if (detail.starts_with(of_a_class)) return "classe : " + detail.substr(of_a_class.size());
    const auto found = french.find(detail);
    return found == french.end() ? detail : std::string(found->second);
}

}  // namespace consign::admin
