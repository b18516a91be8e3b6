// What an event is called in a report is in the report's language.
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include "admin/event_words.hpp"

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

BOOST_AUTO_TEST_CASE(a_detail_that_is_known_is_told_in_the_reports_language) {
    const Tongue english(Language::english), french(Language::french);
    for (const auto& [said, told] :
         {std::pair("all of it", "en totalité"), std::pair("class: record", "classe : record"),
          std::pair("4711-00ab, its signature", "4711-00ab, sa signature"),
          std::pair("this account may not list here", "ce compte ne peut pas lister ici"),
          std::pair("something else", "something else")}) {
        BOOST_TEST(detail_text(english, said) == said);
        BOOST_TEST(detail_text(french, said) == told);
    }
}

BOOST_AUTO_TEST_SUITE_END()
