namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>Tables to import into, and the queries that tell what must be in them afterwards.</summary>
internal sealed record Layout
{
    /// <summary>From an input row i to its specimen s.</summary>
    public const string JoinThree = """
        JOIN dup_bench.country c ON c.name = i.country
        JOIN dup_bench.place p ON p.country_id = c.id AND p.name = i.place
        JOIN dup_bench.specimen s ON s.place_id = p.id AND s.name = i.name
        """;

    private const string JoinOne = "dup_input.input i JOIN dup_bench.specimen s USING (name)";

    /// <summary>Tables along the way from a specimen to its country.</summary>
    public required int Levels { get; init; }

    public required string Create { get; init; }

    /// <summary>The tables' rows in natural keys.</summary>
    public required string Content { get; init; }

    /// <summary>The distinct input rows in the same columns.</summary>
    public required string Expected { get; init; }

    /// <summary>Number and hash of the keys that the input rows should get, looked up by natural key.</summary>
    public required string ExpectedKeys { get; init; }

    /// <summary>One table with a surrogate id and a natural key.</summary>
    public static Layout One { get; } = Single("CONSTRAINT specimen_key UNIQUE (name)");

    /// <summary>The same with a hash index beside the unique B-tree.</summary>
    public static Layout OneWithHash { get; } = Single(
        "CONSTRAINT specimen_key UNIQUE (name)",
        "CREATE INDEX specimen_hash ON dup_bench.specimen USING hash (name);");

    /// <summary>The same, unique through a hash index alone.</summary>
    public static Layout OneHashOnly { get; } = Single("CONSTRAINT specimen_hash EXCLUDE USING hash (name WITH =)");

    /// <summary>One table keyed by its natural key.</summary>
    public static Layout OnePlain { get; } = new()
    {
        Levels = 1,
        Create = """
            CREATE TABLE dup_bench.specimen (
                name text COLLATE "C" CONSTRAINT specimen_key PRIMARY KEY,
                description text NOT NULL
            ) WITH (autovacuum_enabled = false);
            """,
        Content = "SELECT name, description FROM dup_bench.specimen",
        Expected = "SELECT DISTINCT name, description FROM dup_input.input",
        ExpectedKeys = Sql.PlainKeys(JoinOne, "s.name"),
    };

    /// <summary>The table with a surrogate id, of which the natural key is wanted.</summary>
    public static Layout OneByName { get; } = One with { ExpectedKeys = OnePlain.ExpectedKeys };

    /// <summary>Three tables with surrogate ids.</summary>
    public static Layout Three { get; } = new()
    {
        Levels = 3,
        Create = """
            CREATE TABLE dup_bench.country (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                name text COLLATE "C" NOT NULL,
                CONSTRAINT country_key UNIQUE (name)
            ) WITH (autovacuum_enabled = false);
            CREATE TABLE dup_bench.place (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                country_id bigint NOT NULL REFERENCES dup_bench.country,
                name text COLLATE "C" NOT NULL,
                CONSTRAINT place_key UNIQUE (country_id, name)
            ) WITH (autovacuum_enabled = false);
            CREATE TABLE dup_bench.specimen (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                place_id bigint NOT NULL REFERENCES dup_bench.place,
                name text COLLATE "C" NOT NULL,
                description text NOT NULL,
                CONSTRAINT specimen_key UNIQUE (place_id, name)
            ) WITH (autovacuum_enabled = false);
            """,
        Content = """
            SELECT c.name AS country, p.name AS place, s.name, s.description
            FROM dup_bench.country c
            FULL JOIN dup_bench.place p ON p.country_id = c.id
            FULL JOIN dup_bench.specimen s ON s.place_id = p.id
            """,
        Expected = "SELECT DISTINCT country, place, name, description FROM dup_input.input",
        ExpectedKeys = Sql.Keys($"dup_input.input i {JoinThree}"),
    };

    /// <summary>Three tables keyed by their natural keys.</summary>
    public static Layout ThreePlain { get; } = new()
    {
        Levels = 3,
        Create = """
            CREATE TABLE dup_bench.country (
                name text COLLATE "C" CONSTRAINT country_key PRIMARY KEY
            ) WITH (autovacuum_enabled = false);
            CREATE TABLE dup_bench.place (
                country text COLLATE "C" NOT NULL REFERENCES dup_bench.country,
                name text COLLATE "C" NOT NULL,
                CONSTRAINT place_key PRIMARY KEY (country, name)
            ) WITH (autovacuum_enabled = false);
            CREATE TABLE dup_bench.specimen (
                country text COLLATE "C" NOT NULL,
                place text COLLATE "C" NOT NULL,
                name text COLLATE "C" NOT NULL,
                description text NOT NULL,
                CONSTRAINT specimen_key PRIMARY KEY (country, place, name),
                FOREIGN KEY (country, place) REFERENCES dup_bench.place
            ) WITH (autovacuum_enabled = false);
            """,
        Content = """
            SELECT c.name AS country, p.name AS place, s.name, s.description
            FROM dup_bench.country c
            FULL JOIN dup_bench.place p ON p.country = c.name
            FULL JOIN dup_bench.specimen s ON s.country = p.country AND s.place = p.name
            """,
        Expected = "SELECT DISTINCT country, place, name, description FROM dup_input.input",
        ExpectedKeys = Sql.PlainKeysThree(
            "dup_input.input i JOIN dup_bench.specimen s USING (country, place, name)", "s.country, s.place, s.name"),
    };

    private static Layout Single(string constraint, string index = "") => new()
    {
        Levels = 1,
        Create = $"""
            CREATE TABLE dup_bench.specimen (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                name text COLLATE "C" NOT NULL,
                description text NOT NULL,
                {constraint}
            ) WITH (autovacuum_enabled = false);
            {index}
            """,
        Content = "SELECT name, description FROM dup_bench.specimen",
        Expected = "SELECT DISTINCT name, description FROM dup_input.input",
        ExpectedKeys = Sql.Keys(JoinOne),
    };
}
