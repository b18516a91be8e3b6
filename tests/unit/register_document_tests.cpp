// The register says what the policy says, in both languages, and marks what it does not.
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include "admin/register_document.hpp"
#include "printed_document.hpp"

using namespace consign::admin;
namespace json = boost::json;

namespace {

std::vector<json::object> rows() {
    return {
        {{"kind", "policy"},
         {"site", "depot.example"},
         {"hash", "ab12"},
         {"since", "2026-11-24T06:17:00.000000Z"},
         {"residency", ""},
         {"controller", "Laboratoire Exemple"},
         {"contact", ""},
         {"representative", ""},
         {"dpo", "dpo@labo.example"}},
        {{"kind", "class"},
         {"name", "report"},
         {"purpose", "Comptes rendus"},
         {"legal_basis", "CSP L.1142-28"},
         {"recipients", "Prescripteurs"},
         {"persons", ""},
         {"data", "Données de santé"},
         {"keep", "10 years"},
         {"counted_from", "last_activity"},
         {"minor_until", "28 years"},
         {"after_death", "10 years"},
         {"shorten_after_pickup", nullptr},
         {"routes", {"results"}},
         {"files", 3},
         {"bytes", 4200}},
        {{"kind", "uncovered"}, {"routes", json::array{}}, {"files", 2}, {"bytes", 84}},
        {{"kind", "account"},
         {"id", "partner"},
         {"name", "Hôpital <Nord>"},
         {"enabled", true},
         {"expires", "2027-12-31"},
         {"collects", true},
         {"deposits", false}},
        {{"kind", "account"},
         {"id", "lab"},
         {"name", "Lab"},
         {"enabled", true},
         {"collects", false}},
        {{"kind", "target"},
         {"name", "his"},
         {"scheme", "sftp"},
         {"host", "his.example"},
         {"residency", ""},
         {"routes", json::array{"results"}}},
        {{"kind", "measure"},
         {"measure", "at_rest"},
         {"cipher", "AES-256-GCM"},
         {"root_key", "file"}},
        {{"kind", "measure"},
         {"measure", "checkpoints"},
         {"signed", false},
         {"every_seconds", 300},
         {"last", nullptr},
         {"timestamps", ""},
         {"last_timestamp", nullptr}},
        {{"kind", "measure"},
         {"measure", "retention"},
         {"clock_guard_seconds", 604800},
         {"clock_stopped", "2031-01-01T00:00:00.000000Z"},
         {"holds", 2}},
    };
}

std::string written(Language language,
                    RegisterState state = {.made = "2026-11-28T10:00:00.000000Z"}) {
    return printed_document(Markup::markdown, language, [&](Document& document) {
        write_register(document, Tongue(language), rows(), state);
    });
}

void has(const std::string& text, std::string_view line) {
    BOOST_TEST(text.contains(line), line << " is not in\n" << text);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(register_document)

BOOST_AUTO_TEST_CASE(in_french_it_has_the_regulations_own_terms) {
    const std::string text = written(Language::french);
    has(text, "# Registre des activités de traitement\n");
    has(text, "- **En vigueur depuis le**: 2026-11-24 06:17:00 UTC\n");
    has(text, "- **Responsable du traitement**: Laboratoire Exemple\n");
    has(text, "- **Coordonnées**: **\\[à compléter\\]**\n");
    has(text, "- **Délégué à la protection des données**: dpo\\@labo.example\n");
    has(text, "- **Finalités**: Comptes rendus\n");
    has(text, "- **Base légale**: CSP L.1142-28\n");
    has(text, "- **Catégories de personnes concernées**: **\\[à compléter\\]**\n");
    has(text, "- **Catégories de données à caractère personnel**: Données de santé\n");
    has(text, "- **Destinataires**: Prescripteurs\n");
    has(text,
        "- **Durée de conservation**: 10 ans à compter du dernier dépôt concernant la même "
        "personne "
        "dans cette classe ; pour un mineur, pas avant l'âge de 28 ans ; si la personne décède "
        "avant ce terme, 10 ans à compter du décès");
    has(text, "## Mesures de sécurité techniques et organisationnelles\n");
    has(text, "- **Conservé à ce jour**: 3 fichiers, 4,2 ko\n");
}

BOOST_AUTO_TEST_CASE(in_english_it_says_the_same) {
    const std::string text = written(Language::english);
    has(text, "# Register of processing activities\n");
    has(text, "- **Contact details**: **\\[to be completed\\]**\n");
    has(text, "- **Purposes**: Comptes rendus\n");
    has(text,
        "- **Time limit for erasure**: 10 years from the last deposit about the same person "
        "in this class; of a minor, not before the age of 28 years");
    has(text, "| partner | account | Hôpital \\<Nord\\> | enabled, until 2027-12-31 |\n");
    has(text, "| his | delivery (sftp) | his.example | results |\n");
    BOOST_TEST(!text.contains("| lab |"));  // it collects nothing
}

BOOST_AUTO_TEST_CASE(what_the_policy_does_not_say_is_listed_and_nothing_is_invented) {
    const std::string text = written(Language::english);
    const auto list = text.substr(text.find("## To be completed in the policy"));
    has(list, "- consign.yaml: register.contact\n");
    has(list, "- consign.yaml: residency\n");
    has(list, "- classes.report: persons\n");
    has(list, "- his, residency\n");
    has(list, "- a class, with its purpose and legal basis, for the deposits that have none\n");
    BOOST_TEST(!list.contains("report: purpose"));
    BOOST_TEST(!list.contains("dpo"));
}

BOOST_AUTO_TEST_CASE(measures_are_told_as_they_are_in_force) {
    const std::string text = written(Language::english);
    has(text, "there is NO witness key");
    has(text, "no timestamps of a third party");
    has(text,
        "holds in force: 2; nothing is destroyed where the clock jumps by more than 7 days; "
        "SUSPENDED: the clock is not believed since it showed 2031-01-01 00:00:00 UTC");
    has(written(Language::french), "AUCUNE clé témoin");
}

BOOST_AUTO_TEST_CASE(what_has_no_class_is_told_with_how_much_of_it_is_kept) {
    const std::string text = written(Language::french);
    const auto part = text.substr(text.find("### Dépôts sans classe"));
    has(part, "- **Routes**: aucune\n- **Conservé à ce jour**: 2 fichiers, 84 octets\n");
    has(part, "- **Finalités**: **\\[à compléter\\]**\n");
}

BOOST_AUTO_TEST_CASE(french_spans_agree_with_their_words_whatever_the_unit) {
    const std::string text =
        printed_document(Markup::markdown, Language::french, [](Document& document) {
            write_register(
                document, Tongue(Language::french),
                {{{"kind", "policy"}},
                 {{"kind", "measure"}, {"measure", "scrub"}, {"every_seconds", 12 * 3600}},
                 {{"kind", "measure"},
                  {"measure", "checkpoints"},
                  {"signed", true},
                  {"every_seconds", 86400}},
                 {{"kind", "measure"},
                  {"measure", "login"},
                  {"ways", json::array{json::object{{"way", "password"}, {"accounts", 1}}}}}},
                {.made = "2026-11-28T10:00:00.000000Z"});
        });
    has(text, "lecture de tout l'entrepôt, périodicité : 12 heures\n");
    has(text, "signé (périodicité : 1 jour ; le dernier : aucun à ce jour)");
    has(text, "password : 1\n");
}

BOOST_AUTO_TEST_CASE(what_is_not_carried_out_is_said) {
    const std::string text = written(Language::english, {.made = "2026-11-28T10:00:00.000000Z",
                                                         .daemon_runs = false,
                                                         .files_differ = "their hash is cd34",
                                                         .needs_restart = {"listeners", "keys"}});
    has(text, "No daemon is running");
    has(text,
        "The files on disk are not the policy in force, which this register tells: their "
        "hash is cd34\n");
    has(text, "take effect with the next start of the daemon: listeners, keys\n");
}

BOOST_AUTO_TEST_SUITE_END()
