#include "admin/register_document.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>

#include "admin/register_measures.hpp"
#include "admin/report.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;
using Rows = std::vector<json::object>;

class Register {
  public:
    Register(Document& document, const Tongue& say, const Rows& rows, const RegisterState& state)
        : document_(document), say_(say), rows_(rows), state_(state) {
        for (const json::object& row : rows)
            if (field_text(row, "kind") == "policy") policy_ = &row;
    }

    void write() {
        head();
        controller();
        document_.heading(2, say_("Processing activities", "Activités de traitement"));
        each("class", [this](const json::object& row) { activity(row); });
        each("uncovered", [this](const json::object& row) { uncovered(row); });
        recipients();
        transfers();
        document_.heading(2, say_("Technical and organisational security measures",
                                  "Mesures de sécurité techniques et organisationnelles"));
        write_measures(document_, say_, rows_);
        item(say_("Organisational measures outside this server",
                  "Mesures organisationnelles hors de ce serveur"),
             missing());
        to_complete();
        document_.finish();
    }

  private:
    void head() {
        document_.title(
            say_("Register of processing activities", "Registre des activités de traitement"));
        document_.paragraph(
            say_("Record under article 30 of the General Data Protection Regulation (GDPR), "
                 "generated from the policy that this server carries out.",
                 "Registre prévu à l'article 30 du règlement général sur la protection des données "
                 "(RGPD), établi à partir de la politique que ce serveur applique."));
        item(say_("Site", "Site"), said_or_missing(say_, *policy_, "site"));
        item(say_("Generated", "Établi le"), moment_text({{"time", state_.made}}, "time"));
        item(say_("Policy in force (SHA-256)", "Politique en vigueur (SHA-256)"),
             field_text(*policy_, "hash"));
        const std::string since = moment_text(*policy_, "since");
        item(say_("In force since", "En vigueur depuis le"),
             since.empty() ? say_("not known: no version of it is kept",
                                  "date inconnue : aucune version n'en est conservée")
                           : since);
        if (!state_.daemon_runs)
            document_.paragraph(
                say_("No daemon is running: this is the policy that its files hold, and nothing "
                     "of it is carried out now.",
                     "Le serveur est arrêté : ce registre décrit la politique telle que ses "
                     "fichiers la contiennent ; rien n'en est appliqué en ce moment."));
        if (!state_.files_differ.empty())
            document_.paragraph(
                say_("The files on disk are not the policy in force, which this register tells: ",
                     "Les fichiers présents sur le disque ne sont pas la politique en vigueur, que "
                     "décrit ce registre : ") +
                state_.files_differ);
        if (!state_.needs_restart.empty())
            document_.paragraph(
                say_("These parts of the policy take effect with the next start of the daemon: ",
                     "Ces parties de la politique ne prendront effet qu'au prochain démarrage du "
                     "serveur : ") +
                fmt::format("{}", fmt::join(state_.needs_restart, ", ")));
    }

    void controller() {
        document_.heading(2, say_("Controller", "Responsable du traitement"));
        said(say_("Controller", "Responsable du traitement"), *policy_, "controller");
        said(say_("Contact details", "Coordonnées"), *policy_, "contact");
        const std::string representative = field_text(*policy_, "representative");
        item(say_("Representative in the Union", "Représentant dans l'Union"),
             representative.empty()
                 ? say_("none said (needed only of a controller outside the Union)",
                        "non indiqué (requis seulement d'un responsable établi hors de l'Union)")
                 : representative);
        said(say_("Data protection officer", "Délégué à la protection des données"), *policy_,
             "dpo");
    }

    void activity(const json::object& row) {
        document_.heading(3, field_text(row, "name"));
        said(say_("Purposes", "Finalités"), row, "purpose");
        said(say_("Legal basis", "Base légale"), row, "legal_basis");
        said(say_("Categories of data subjects", "Catégories de personnes concernées"), row,
             "persons");
        said(say_("Categories of personal data", "Catégories de données à caractère personnel"),
             row, "data");
        said(say_("Recipients", "Destinataires"), row, "recipients");
        item(say_("Time limit for erasure", "Durée de conservation"), period(row));
        item(say_("Applied by the routes", "Appliqué par les routes"),
             or_none(joined(row, "routes")));
        item(say_("Kept now", "Conservé à ce jour"), kept_now(row));
    }

    /// How long, in a sentence for each part of it.
    [[nodiscard]] std::string period(const json::object& row) const {
        const std::string from = field_text(row, "counted_from");
        std::string text = span_text(say_, field_text(row, "keep"));
        if (from == "deposit") text += say_(" from the deposit", " à compter du dépôt");
        if (from == "last_pickup")
            text += say_(" from the last complete pickup", " à compter du dernier retrait complet");
        if (from == "last_activity")
            text +=
                say_(" from the last deposit about the same person in this class",
                     " à compter du dernier dépôt concernant la même personne dans cette classe");
        const auto more = [&](std::string_view key, std::string_view english,
                              std::string_view french) {
            if (const std::string span = field_text(row, key); !span.empty())
                text += fmt::format(fmt::runtime(say_(english, french)), span_text(say_, span));
        };
        more("minor_until", "; of a minor, not before the age of {}",
             " ; pour un mineur, pas avant l'âge de {}");
        more("after_death", "; where the person dies before that term, {} from the death",
             " ; si la personne décède avant ce terme, {} à compter du décès");
        more("shorten_after_pickup", "; once every recipient has collected it, {} from then",
             " ; dès que tous les destinataires l'ont retiré, {} à compter de ce moment");
        return text + say_("; suspended by a hold (claims)", " ; suspendue en cas de litige (gel)");
    }

    void uncovered(const json::object& row) {
        document_.heading(3, say_("Deposits without a class", "Dépôts sans classe"));
        item(say_("Routes", "Routes"), or_none(joined(row, "routes")));
        item(say_("Kept now", "Conservé à ce jour"), kept_now(row));
        item(say_("Time limit for erasure", "Durée de conservation"),
             say_("until its last name is removed",
                  "jusqu'à la suppression du dernier nom du fichier"));
        item(say_("Purposes", "Finalités"), missing());
        item(say_("Legal basis", "Base légale"), missing());
        note_missing(
            say_("a class, with its purpose and legal basis, for the deposits that have "
                 "none",
                 "une classe, avec sa finalité et sa base légale, pour les dépôts qui "
                 "n'en ont pas"));
    }

    [[nodiscard]] std::string kept_now(const json::object& row) const {
        return fmt::format("{}, {}", files_text(say_, number(row, "files")),
                           size_text(say_, number(row, "bytes")));
    }

    void recipients() {
        document_.heading(2, say_("Recipients", "Destinataires"));
        document_.paragraph(
            say_("Accounts that may collect, and targets of deliveries, as the policy in force "
                 "has them.",
                 "Comptes autorisés à retirer des fichiers, et cibles des livraisons, tels que la "
                 "politique en vigueur les connaît."));
        table({say_("Recipient", "Destinataire"), say_("Kind", "Nature"),
               say_("Name", "Désignation"), say_("State", "État")});
        each("account", [this](const json::object& row) {
            if (!flag(row, "collects")) return;
            const std::string expires = field_text(row, "expires");
            std::string state =
                flag(row, "enabled") ? say_("enabled", "actif") : say_("disabled", "désactivé");
            if (!expires.empty()) state += say_(", until ", ", jusqu'au ") + expires;
            document_.row({field_text(row, "id"), say_("account", "compte"),
                           said_or_missing(say_, row, "name"), state});
        });
        each("target", [this](const json::object& row) {
            const std::string host = field_text(row, "host");
            document_.row(
                {field_text(row, "name"),
                 fmt::format("{} ({})", say_("delivery", "livraison"), field_text(row, "scheme")),
                 host.empty() ? say_("a folder of this machine", "un dossier de cette machine")
                              : host,
                 or_none(joined(row, "routes"))});
        });
        document_.end_table();
    }

    void transfers() {
        document_.heading(2, say_("Transfers to third countries or international organisations",
                                  "Transferts vers des pays tiers ou des organisations "
                                  "internationales"));
        said(say_("Where the data stands", "Lieu d'hébergement des données"), *policy_,
             "residency");
        each("target", [this](const json::object& row) {
            item(field_text(row, "name"), field_text(row, "scheme") == "file"
                                              ? Words(say_("this machine", "cette machine"))
                                              : said_or_missing(say_, row, "residency"));
            if (field_text(row, "scheme") != "file" && field_text(row, "residency").empty())
                note_missing(field_text(row, "name") + ", residency");
        });
        item(say_("Where the holders of accounts stand, and the suitable safeguards, should one "
                  "stand in a third country",
                  "Pays où se trouvent les titulaires de comptes et, pour un pays tiers, garanties "
                  "appropriées"),
             missing());
    }

    void to_complete() {
        if (missing_.empty()) return;
        document_.heading(2,
                          say_("To be completed in the policy", "À compléter dans la politique"));
        for (const std::string& one : missing_) document_.item(one);
    }

    template <class Write>
    void each(std::string_view kind, Write write) const {
        for (const json::object& row : rows_)
            if (field_text(row, "kind") == kind) write(row);
    }
    void item(const std::string& label, const Words& words) { document_.item(label, words); }
    void table(const std::vector<std::string>& headings) { document_.begin_table(headings); }
    /// What the policy says; where it does not, it is remembered.
    void said(const std::string& label, const json::object& row, std::string_view field) {
        if (field_text(row, field).empty()) {
            const std::string name = field_text(row, "name");
            note_missing(name.empty() ? fmt::format("consign.yaml: {}", key_of(field))
                                      : fmt::format("classes.{}: {}", name, field));
        }
        item(label, said_or_missing(say_, row, field));
    }
    static std::string key_of(std::string_view field) {
        return field == "residency" ? std::string(field) : fmt::format("register.{}", field);
    }
    void note_missing(std::string what) { missing_.push_back(std::move(what)); }
    [[nodiscard]] Words missing() const { return {say_("to be completed", "à compléter"), true}; }
    [[nodiscard]] std::string or_none(const std::string& text) const {
        return text.empty() ? say_("none", "aucune") : text;
    }

    Document& document_;
    const Tongue& say_;
    const Rows& rows_;
    const RegisterState& state_;
    const json::object* policy_ = nullptr;
    std::vector<std::string> missing_;
};

}  // namespace

void write_register(Document& document, const Tongue& say, const std::vector<json::object>& rows,
                    const RegisterState& state) {
    Register(document, say, rows, state).write();
}

}  // namespace consign::admin
