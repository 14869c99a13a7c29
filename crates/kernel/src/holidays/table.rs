//! The holidays of each region: what its law calls a public holiday, without days that are only observed.
use super::{Region, rule::*};

const NEW_YEAR: Rule = fixed("new-year", 1, 1);
const EPIPHANY: Rule = fixed("epiphany", 1, 6);
const BERCHTOLD: Rule = fixed("berchtold", 1, 2);
const JOSEPH: Rule = fixed("joseph", 3, 19);
const WOMEN: Rule = fixed("women", 3, 8);
const GOOD_FRIDAY: Rule = easter("good-friday", -2);
const EASTER: Rule = easter("easter-sunday", 0);
const EASTER_MONDAY: Rule = easter("easter-monday", 1);
const LABOUR: Rule = fixed("labour", 5, 1);
const ASCENSION: Rule = easter("ascension", 39);
const PENTECOST: Rule = easter("pentecost", 49);
const WHIT_MONDAY: Rule = easter("whit-monday", 50);
const CORPUS_CHRISTI: Rule = easter("corpus-christi", 60);
const ASSUMPTION: Rule = fixed("assumption", 8, 15);
const REFORMATION: Rule = fixed("reformation", 10, 31);
const ALL_SAINTS: Rule = fixed("all-saints", 11, 1);
const ARMISTICE: Rule = fixed("armistice", 11, 11);
const CONCEPTION: Rule = fixed("conception", 12, 8);
const CHRISTMAS: Rule = fixed("christmas", 12, 25);
const STEPHEN: Rule = fixed("stephen", 12, 26);

const DE: &[Rule] = &[
    NEW_YEAR,
    GOOD_FRIDAY,
    EASTER_MONDAY,
    LABOUR,
    ASCENSION,
    WHIT_MONDAY,
    fixed("german-unity", 10, 3),
    CHRISTMAS,
    STEPHEN,
];
/// The Wednesday before 23 November: counted back from the 22nd.
const REPENTANCE: Rule = fixed("repentance", 11, 22).instead([-5, -6, 0, -1, -2, -3, -4]);

const AT: &[Rule] = &[
    NEW_YEAR,
    EPIPHANY,
    EASTER_MONDAY,
    LABOUR,
    ASCENSION,
    WHIT_MONDAY,
    CORPUS_CHRISTI,
    ASSUMPTION,
    fixed("national", 10, 26),
    ALL_SAINTS,
    CONCEPTION,
    CHRISTMAS,
    STEPHEN,
];

const CH: &[Rule] = &[NEW_YEAR, ASCENSION, fixed("national", 8, 1), CHRISTMAS];
const STEPHEN_NO_THIRD: Rule = STEPHEN.when(If::NoThirdDay);
/// What most Protestant and mixed cantons keep.
const CH_MOST: &[Rule] = &[GOOD_FRIDAY, EASTER_MONDAY, WHIT_MONDAY];
const CH_CATHOLIC: &[Rule] = &[CORPUS_CHRISTI, ASSUMPTION, ALL_SAINTS, CONCEPTION];

const NL: &[Rule] = &[
    NEW_YEAR,
    GOOD_FRIDAY,
    EASTER,
    EASTER_MONDAY,
    // On a Sunday it is the Saturday before.
    fixed("kings-day", 4, 27).since(2014).instead([0, 0, 0, 0, 0, 0, -1]),
    fixed("liberation", 5, 5).when(If::EveryYears(5)),
    ASCENSION,
    PENTECOST,
    WHIT_MONDAY,
    CHRISTMAS,
    STEPHEN,
];
const BE: &[Rule] = &[
    NEW_YEAR,
    EASTER,
    EASTER_MONDAY,
    LABOUR,
    ASCENSION,
    PENTECOST,
    WHIT_MONDAY,
    fixed("national", 7, 21),
    ASSUMPTION,
    ALL_SAINTS,
    ARMISTICE,
    CHRISTMAS,
];
const FR: &[Rule] = &[
    NEW_YEAR,
    EASTER_MONDAY,
    LABOUR,
    fixed("victory", 5, 8),
    ASCENSION,
    WHIT_MONDAY,
    fixed("national", 7, 14),
    ASSUMPTION,
    ALL_SAINTS,
    ARMISTICE,
    CHRISTMAS,
];
const LU: &[Rule] = &[
    NEW_YEAR,
    EASTER_MONDAY,
    LABOUR,
    fixed("europe", 5, 9).since(2019),
    ASCENSION,
    WHIT_MONDAY,
    fixed("national", 6, 23),
    ASSUMPTION,
    ALL_SAINTS,
    CHRISTMAS,
    STEPHEN,
];

const GB: &[Rule] = &[
    NEW_YEAR.besides(TO_MONDAY),
    GOOD_FRIDAY,
    nth("may", 5, MON, 1).until(2019),
    once("may", 2020, 5, 8),
    nth("may", 5, MON, 1).since(2021),
    once("coronation", 2023, 5, 8),
    nth("spring", 5, MON, -1).until(2021),
    once("spring", 2022, 6, 2),
    nth("spring", 5, MON, -1).since(2023),
    once("jubilee", 2022, 6, 3),
    once("state-funeral", 2022, 9, 19),
    CHRISTMAS.besides(BY_TWO),
    STEPHEN.besides(BY_TWO),
];
const SUMMER: Rule = nth("summer", 8, MON, -1);

const IE: &[Rule] = &[
    NEW_YEAR,
    // 1 February where that is a Friday, else the first Monday of the month.
    fixed("brigid", 2, 1).since(2023).instead([0, 6, 5, 4, 0, 2, 1]),
    fixed("patrick", 3, 17),
    once("remembrance", 2022, 3, 18),
    EASTER_MONDAY,
    nth("may", 5, MON, 1),
    nth("june", 6, MON, 1),
    nth("summer", 8, MON, 1),
    nth("october", 10, MON, -1),
    CHRISTMAS,
    STEPHEN,
];
const US: &[Rule] = &[
    NEW_YEAR.besides(TO_NEAREST),
    nth("king", 1, MON, 3),
    nth("washington", 2, MON, 3),
    nth("memorial", 5, MON, -1),
    fixed("juneteenth", 6, 19).since(2021).besides(TO_NEAREST),
    fixed("independence", 7, 4).besides(TO_NEAREST),
    nth("labour", 9, MON, 1),
    nth("columbus", 10, MON, 2),
    fixed("veterans", 11, 11).besides(TO_NEAREST),
    nth("thanksgiving", 11, THU, 4),
    CHRISTMAS.besides(TO_NEAREST),
];
const PL: &[Rule] = &[
    NEW_YEAR,
    EPIPHANY,
    EASTER,
    EASTER_MONDAY,
    LABOUR,
    fixed("constitution", 5, 3),
    PENTECOST,
    CORPUS_CHRISTI,
    ASSUMPTION,
    ALL_SAINTS,
    fixed("independence", 11, 11),
    fixed("christmas-eve", 12, 24).since(2025),
    CHRISTMAS,
    STEPHEN,
];
/// On a Sunday each community chooses another day for itself; nationally there is none.
const ES: &[Rule] = &[
    NEW_YEAR.when(If::NotSunday),
    EPIPHANY.when(If::NotSunday),
    GOOD_FRIDAY,
    LABOUR.when(If::NotSunday),
    ASSUMPTION.when(If::NotSunday),
    fixed("national", 10, 12).when(If::NotSunday),
    ALL_SAINTS.when(If::NotSunday),
    fixed("constitution", 12, 6).when(If::NotSunday),
    CONCEPTION.when(If::NotSunday),
    CHRISTMAS.when(If::NotSunday),
];
const IT: &[Rule] = &[
    NEW_YEAR,
    EPIPHANY,
    EASTER,
    EASTER_MONDAY,
    fixed("liberation", 4, 25),
    LABOUR,
    fixed("republic", 6, 2),
    ASSUMPTION,
    fixed("francis", 10, 4).since(2026),
    ALL_SAINTS,
    nth("national-unity", 11, SUN, 1),
    CONCEPTION,
    CHRISTMAS,
    STEPHEN,
];

const fn region(code: &'static str, parts: &'static [&'static [Rule]]) -> Region {
    Region { code, parts }
}

/// By code, as ISO 3166 has it.
pub(super) static REGIONS: &[Region] = &[
    region("AT", &[AT]),
    region("BE", &[BE]),
    region("CH", &[CH]),
    region("CH-AG", &[CH, CH_MOST, CH_CATHOLIC, &[BERCHTOLD, LABOUR, STEPHEN]]),
    region("CH-AI", &[CH, CH_MOST, CH_CATHOLIC, &[STEPHEN_NO_THIRD]]),
    region("CH-AR", &[CH, CH_MOST, &[STEPHEN_NO_THIRD]]),
    region("CH-BE", &[CH, CH_MOST, &[BERCHTOLD, STEPHEN]]),
    region("CH-BL", &[CH, CH_MOST, &[LABOUR, STEPHEN]]),
    region("CH-BS", &[CH, CH_MOST, &[LABOUR, STEPHEN]]),
    region("CH-FR", &[CH, &[GOOD_FRIDAY]]),
    region("CH-GE", &[CH, CH_MOST, &[after("genevan-fast", 9, SUN, 1, 4), fixed("restoration", 12, 31)]]),
    region("CH-GL", &[CH, CH_MOST, &[first_but_maundy("naefels", 4, THU), ALL_SAINTS, STEPHEN]]),
    region("CH-GR", &[CH, &[EASTER_MONDAY, WHIT_MONDAY, STEPHEN]]),
    region(
        "CH-JU",
        &[
            CH,
            CH_MOST,
            &[BERCHTOLD, LABOUR, CORPUS_CHRISTI, fixed("independence", 6, 23), ASSUMPTION, ALL_SAINTS],
        ],
    ),
    region("CH-LU", &[CH, CH_MOST, CH_CATHOLIC, &[BERCHTOLD, STEPHEN]]),
    region(
        "CH-NE",
        &[
            CH,
            &[
                BERCHTOLD.when(If::OnlyMonday),
                fixed("republic", 3, 1),
                GOOD_FRIDAY,
                LABOUR,
                CORPUS_CHRISTI,
                STEPHEN.when(If::OnlyMonday),
            ],
        ],
    ),
    region("CH-NW", &[CH, CH_CATHOLIC, &[JOSEPH, GOOD_FRIDAY]]),
    region("CH-OW", &[CH, CH_CATHOLIC, &[GOOD_FRIDAY, fixed("nicholas-of-flue", 9, 25)]]),
    region("CH-SG", &[CH, CH_MOST, &[ALL_SAINTS, STEPHEN]]),
    region("CH-SH", &[CH, CH_MOST, &[LABOUR, STEPHEN]]),
    region("CH-SO", &[CH, &[GOOD_FRIDAY]]),
    region("CH-SZ", &[CH, CH_MOST, CH_CATHOLIC, &[EPIPHANY, JOSEPH, STEPHEN]]),
    region("CH-TG", &[CH, CH_MOST, &[BERCHTOLD, LABOUR, STEPHEN]]),
    region(
        "CH-TI",
        &[
            CH,
            CH_CATHOLIC,
            &[EPIPHANY, JOSEPH, EASTER_MONDAY, LABOUR, WHIT_MONDAY, fixed("peter-and-paul", 6, 29), STEPHEN],
        ],
    ),
    region("CH-UR", &[CH, CH_MOST, CH_CATHOLIC, &[EPIPHANY, JOSEPH, STEPHEN_NO_THIRD]]),
    region("CH-VD", &[CH, CH_MOST, &[BERCHTOLD, after("prayer-monday", 9, SUN, 3, 1)]]),
    region("CH-VS", &[CH, CH_CATHOLIC, &[JOSEPH]]),
    region("CH-ZG", &[CH, CH_CATHOLIC, &[GOOD_FRIDAY]]),
    region("CH-ZH", &[CH, CH_MOST, &[LABOUR, STEPHEN]]),
    region("DE", &[DE]),
    region("DE-BB", &[DE, &[EASTER, PENTECOST, REFORMATION]]),
    region(
        "DE-BE",
        &[
            DE,
            &[
                WOMEN.since(2019),
                once("liberation", 2020, 5, 8),
                once("liberation", 2025, 5, 8),
                once("uprising", 2028, 6, 17),
            ],
        ],
    ),
    region("DE-BW", &[DE, &[EPIPHANY, CORPUS_CHRISTI, ALL_SAINTS]]),
    region("DE-BY", &[DE, &[EPIPHANY, CORPUS_CHRISTI, ALL_SAINTS]]),
    region(
        "DE-BY-Augsburg",
        &[DE, &[EPIPHANY, CORPUS_CHRISTI, fixed("peace-festival", 8, 8), ASSUMPTION, ALL_SAINTS]],
    ),
    region("DE-HB", &[DE, &[REFORMATION]]),
    region("DE-HE", &[DE, &[CORPUS_CHRISTI]]),
    region("DE-HH", &[DE, &[REFORMATION]]),
    region("DE-MV", &[DE, &[WOMEN.since(2023), REFORMATION]]),
    region("DE-NI", &[DE, &[REFORMATION]]),
    region("DE-NW", &[DE, &[CORPUS_CHRISTI, ALL_SAINTS]]),
    region("DE-RP", &[DE, &[CORPUS_CHRISTI, ALL_SAINTS]]),
    region("DE-SH", &[DE, &[REFORMATION]]),
    region("DE-SL", &[DE, &[CORPUS_CHRISTI, ASSUMPTION, ALL_SAINTS]]),
    region("DE-SN", &[DE, &[REFORMATION, REPENTANCE]]),
    region("DE-ST", &[DE, &[EPIPHANY, REFORMATION]]),
    region("DE-TH", &[DE, &[fixed("children", 9, 20).since(2019), REFORMATION]]),
    region("ES", &[ES]),
    region("FR", &[FR]),
    region("FR-57", &[FR, &[GOOD_FRIDAY, STEPHEN]]),
    region("FR-6AE", &[FR, &[GOOD_FRIDAY, STEPHEN]]),
    region("GB", &[GB]),
    region("GB-ENG", &[GB, &[EASTER_MONDAY, SUMMER]]),
    region(
        "GB-NIR",
        &[
            GB,
            &[
                fixed("patrick", 3, 17).besides(TO_MONDAY),
                EASTER_MONDAY,
                fixed("boyne", 7, 12).besides(TO_MONDAY),
                SUMMER,
            ],
        ],
    ),
    region(
        "GB-SCT",
        &[
            GB,
            &[
                fixed("second-january", 1, 2).besides(AFTER_NEW_YEAR),
                once("world-cup", 2026, 6, 15),
                nth("summer", 8, MON, 1),
                fixed("andrew", 11, 30).besides(TO_MONDAY),
            ],
        ],
    ),
    region("GB-WLS", &[GB, &[EASTER_MONDAY, SUMMER]]),
    region("IE", &[IE]),
    region("IT", &[IT]),
    region("IT-BZ", &[IT, &[WHIT_MONDAY]]),
    region("LU", &[LU]),
    region("NL", &[NL]),
    region("PL", &[PL]),
    region("US", &[US]),
];
