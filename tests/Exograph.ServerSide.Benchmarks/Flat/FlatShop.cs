using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Flat;

/// <summary>A shop of five tables, its flat rows, and the ways to put them in.</summary>
internal static class FlatShop
{
    public const string AntiJoins = "anti-joins by hand";

    public const string Tables =
        """
        CREATE SCHEMA shop;
        CREATE TABLE shop.country (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
        CREATE TABLE shop.city (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, country_id integer NOT NULL REFERENCES shop.country,
            name text NOT NULL, population integer, UNIQUE (country_id, name));
        CREATE TABLE shop.customer (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, city_id integer NOT NULL REFERENCES shop.city,
            email text NOT NULL UNIQUE, name text);
        CREATE TABLE shop.product (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sku text NOT NULL UNIQUE, title text, price numeric(10,2));
        CREATE TABLE shop.order_line (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customer,
            product_id bigint NOT NULL REFERENCES shop.product, ordered_at timestamptz NOT NULL, line integer NOT NULL,
            quantity integer, note text, UNIQUE (customer_id, product_id, ordered_at, line));
        CREATE INDEX ON shop.order_line (product_id);
        """;

    public const string Empty = "TRUNCATE shop.country, shop.city, shop.customer, shop.product, shop.order_line RESTART IDENTITY";

    public const string Digest =
        """
        SELECT md5(string_agg(concat_ws('|', k.name, c.name, c.population, u.email, u.name, p.sku, p.title, p.price, l.ordered_at,
                                        l.line, l.quantity, l.note), ';' ORDER BY l.note))
        FROM shop.order_line l
        JOIN shop.product p ON p.id = l.product_id
        JOIN shop.customer u ON u.id = l.customer_id
        JOIN shop.city c ON c.id = u.city_id
        JOIN shop.country k ON k.id = c.country_id
        """;

    /// <summary>The name of each way, and what it does.</summary>
    public static IReadOnlyList<(string Name, Func<NpgsqlConnection, CancellationToken, Task> PutAsync)> Ways { get; } =
    [
        (AntiJoins, Running(ByHand(antiJoins: true))),
        ("anti-joins by hand, keys given back", Running(ByHand(antiJoins: true) + Keys)),
        ("ON CONFLICT by hand", Running(ByHand(antiJoins: false))),
        ("linq2db, Merge", Linq2DbFlatShop.MergeAsync),
        ("put_table, keys given back", Running(PutTable)),
    ];

    /// <summary>What put_table returns: the key of each input row's row.</summary>
    private const string Keys =
        """

        SELECT count(*)
        FROM (SELECT f.ctid, jsonb_build_object('id', l.id)
              FROM shop.flat f JOIN shop.customer u ON u.email = f.email JOIN shop.product p ON p.sku = f.sku
              JOIN shop.order_line l ON l.customer_id = u.id AND l.product_id = p.id AND l.ordered_at = f.ordered_at AND l.line = f.line
              ORDER BY f.ctid OFFSET 0) AS k
        """;

    private const string PutTable =
        """
        SELECT count(*) FROM dup_select.put_table('shop.flat', 'shop.order_line', '{
            "ordered_at": "ordered_at", "line": "line", "quantity": "quantity", "note": "note", "product_id.sku": "sku",
            "product_id.title": "title", "product_id.price": "price", "customer_id.email": "email", "customer_id.name": "customer",
            "customer_id.city_id.name": "city", "customer_id.city_id.population": "population",
            "customer_id.city_id.country_id.name": "country"}')
        """;

    public static string FlatRows(int rows) =>
        $"""
        CREATE TABLE shop.flat AS
        SELECT 'Country ' || c % 50 AS country, 'City ' || c % 2000 AS city, c % 2000 * 10 AS population,
               'customer' || c || '@example.com' AS email, 'Customer ' || c AS customer, 'SKU-' || p AS sku, 'Product ' || p AS title,
               (p % 1000)::numeric(10,2) AS price, timestamptz '2024-01-01' + n * interval '1 minute' AS ordered_at, n % 7 AS line,
               n % 10 AS quantity, 'note ' || n AS note
        FROM (SELECT n, n * 7919::bigint % {rows / 10} AS c, n * 104729::bigint % {rows / 40} AS p
              FROM generate_series(1, {rows}) AS n) AS s;
        ALTER TABLE shop.flat ALTER population TYPE integer;
        ANALYZE shop.flat;
        """;

    private static Func<NpgsqlConnection, CancellationToken, Task> Running(string sql) => async (connection, cancellationToken) =>
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    };

    private static string ByHand(bool antiJoins)
    {
        string Lacking(string condition) => antiJoins ? $"WHERE NOT EXISTS (SELECT FROM {condition})" : "";
        return $"""
            INSERT INTO shop.country (name)
            SELECT DISTINCT f.country FROM shop.flat f {Lacking("shop.country x WHERE x.name = f.country")} ORDER BY 1
            ON CONFLICT DO NOTHING;
            ANALYZE shop.country;
            INSERT INTO shop.city (country_id, name, population)
            SELECT DISTINCT ON (k.id, f.city) k.id, f.city, f.population
            FROM shop.flat f JOIN shop.country k ON k.name = f.country
            {Lacking("shop.city x WHERE x.country_id = k.id AND x.name = f.city")} ORDER BY 1, 2, f.ctid
            ON CONFLICT DO NOTHING;
            ANALYZE shop.city;
            INSERT INTO shop.customer (city_id, email, name)
            SELECT DISTINCT ON (f.email) c.id, f.email, f.customer
            FROM shop.flat f JOIN shop.country k ON k.name = f.country JOIN shop.city c ON c.country_id = k.id AND c.name = f.city
            {Lacking("shop.customer x WHERE x.email = f.email")} ORDER BY f.email, f.ctid
            ON CONFLICT DO NOTHING;
            ANALYZE shop.customer;
            INSERT INTO shop.product (sku, title, price)
            SELECT DISTINCT ON (f.sku) f.sku, f.title, f.price
            FROM shop.flat f {Lacking("shop.product x WHERE x.sku = f.sku")} ORDER BY f.sku, f.ctid
            ON CONFLICT DO NOTHING;
            ANALYZE shop.product;
            INSERT INTO shop.order_line (customer_id, product_id, ordered_at, line, quantity, note)
            SELECT DISTINCT ON (u.id, p.id, f.ordered_at, f.line) u.id, p.id, f.ordered_at, f.line, f.quantity, f.note
            FROM shop.flat f JOIN shop.customer u ON u.email = f.email JOIN shop.product p ON p.sku = f.sku
            {Lacking("shop.order_line x WHERE x.customer_id = u.id AND x.product_id = p.id AND x.ordered_at = f.ordered_at AND x.line = f.line")}
            ORDER BY 1, 2, 3, 4, f.ctid
            ON CONFLICT DO NOTHING;
            """;
    }
}
