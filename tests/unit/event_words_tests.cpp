// What an event is called in a report is in the report's language.
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include "admin/event_words.hpp"
#include "admin/report.hpp"

using namespace consign::admin;

BOOST_AUTO_TEST_SUITE(event_words)

BOOST_AUTO_TEST_CASE(an_event_is_told_in_the_reports_language) {
    const Tongue english(Language::english), french(Language::french);
    const boost::json::object refused{{"action", "folder_made"}, {"outcome", "refused"}};
    BOOST_TEST(event_text(english, refused) == "folder made (refused)");
    BOOST_TEST(event_text(french, refused) == "dossier créé (refusé)");
    const boost::json::object read{{"action", "receipt_read"}, {"outcome", "granted"}};
    BOOST_TEST(event_text(french, read) == "récépissé lu");
    // What has no word of its own stands as the ledger has it.
    const boost::json::object other{{"action", "scrub_ended"}, {"outcome", "failed"}};
    BOOST_TEST(event_text(french, other) == "scrub_ended (échec)");
}

BOOST_AUTO_TEST_CASE(files_are_counted_as_the_language_does) {
    const Tongue english(Language::english), french(Language::french);
    BOOST_TEST(files_text(english, 0) == "0 files");
    BOOST_TEST(files_text(english, 1) == "1 file");
    BOOST_TEST(files_text(french, 0) == "0 fichier");
    BOOST_TEST(files_text(french, 1) == "1 fichier");
    BOOST_TEST(files_text(french, 2) == "2 fichiers");
}

BOOST_AUTO_TEST_CASE(a_detail_that_is_known_is_told_in_the_reports_language) {
    const Tongue english(Language::english), french(Language::french);
    for (const auto& [said, told] :
         {std::pair("all of it", "en totalité"), std::pair("class: record", "classe : record"),
          std::pair("4711-00ab, its signature", "4711-00ab, sa signature"),
          std::pair("this account may not list here", "ce compte ne peut pas lister ici"),
          std::pair("deliver: boite", "livraison : boite"),
          std::pair("to boite, job 1", "vers boite, tâche 1"),
          std::pair("hold 1: subject", "gel 1 : personne"),
          std::pair("hold 2: file", "gel 2 : fichier"),
          std::pair("hold 3: account labo", "gel 3 : compte labo"),
          std::pair("class record: deposit + keep, due 2026-11-24T00:00:00.000000Z",
                    "classe record : dépôt + durée de conservation, échéance "
                    "2026-11-24T00:00:00.000000Z"),
          std::pair("class record: last pickup + keep, due by now; no hold, and no job that needs "
                    "it; holds in force: 2, none of them on it",
                    "classe record : dernier retrait + durée de conservation, échéance atteinte ; "
                    "aucun gel, et aucune tâche qui en ait besoin ; gels en vigueur : 2, aucun ne "
                    "le concerne"),
          std::pair("its last name is gone, and no class covers it; no hold; holds in force: 1, of "
                    "which one is on it, and came too late",
                    "son dernier nom a disparu et aucune classe ne le couvre ; aucun gel ; gels en "
                    "vigueur : 1, dont un le concerne, posé trop tard"),
          std::pair("hold on", "hold on"), std::pair("to somebody", "to somebody"),
          std::pair("something else", "something else")}) {
        BOOST_TEST(detail_text(english, said) == said);
        BOOST_TEST(detail_text(french, said) == told);
    }
}

BOOST_AUTO_TEST_SUITE_END()
