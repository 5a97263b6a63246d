using Exograph.ServerSide.Tests.Support;
using Npgsql;

namespace Exograph.ServerSide.Tests.Put;

/// <summary>A schema of one test that is nothing of Exograph's: a shop, whose keys are numbers of its own.</summary>
internal sealed class Shop
{
    private static int s_last;

    private readonly TestDatabase _database;

    private Shop(TestDatabase database)
    {
        _database = database;
        Schema = $"shop_{Interlocked.Increment(ref s_last)}";
    }

    public string Schema { get; }

    /// <summary>A shop without rows.</summary>
    public static async Task<Shop> CreateAsync(TestDatabase database)
    {
        var shop = new Shop(database);
        await database.ExecuteAsync($"""
            CREATE SCHEMA {shop.Schema};
            SET LOCAL search_path = {shop.Schema};
            CREATE TYPE state AS ENUM ('open', 'paid_in_full');
            CREATE DOMAIN email AS text;
            CREATE TABLE customer (
                id serial PRIMARY KEY, email email NOT NULL UNIQUE, name varchar(20), born date, seen timestamptz, score numeric(8, 2),
                active boolean NOT NULL DEFAULT true, token uuid, settings jsonb, picture bytea, rating real, level smallint,
                tags text[], balance double precision CHECK (balance >= 0)
            );
            CREATE TABLE category (id serial PRIMARY KEY, parent_id integer REFERENCES category, name text NOT NULL, UNIQUE NULLS NOT DISTINCT (parent_id, name));
            CREATE TABLE product (id serial PRIMARY KEY, sku text NOT NULL UNIQUE, category_id integer REFERENCES category);
            CREATE TABLE "order" (
                id bigserial PRIMARY KEY, number text NOT NULL UNIQUE, customer_id integer NOT NULL REFERENCES customer,
                state state NOT NULL DEFAULT 'open'
            );
            CREATE TABLE line (
                order_id bigint REFERENCES "order", product_id integer REFERENCES product, quantity integer NOT NULL CHECK (quantity > 0),
                PRIMARY KEY (order_id, product_id)
            )
            """);
        return shop;
    }

    /// <summary>Runs statements in the shop.</summary>
    public Task ExecuteAsync(string sql) => _database.ExecuteAsync($"SET LOCAL search_path = {Schema}; {sql}");

    /// <summary>The rows of a query, each as the text of its columns.</summary>
    public async Task<List<string>> RowsAsync(string sql)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var path = new NpgsqlCommand($"SET search_path = {Schema}", connection);
        await path.ExecuteNonQueryAsync();
        await using var command = new NpgsqlCommand($"SELECT concat_ws('|', VARIADIC ARRAY(SELECT coalesce(e.value, '-') FROM json_each_text(row_to_json(q)) e)) FROM ({sql}) q", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(reader.GetString(0));
        return rows;
    }

    /// <summary>What was bought, by names alone.</summary>
    public Task<List<string>> PurchasesAsync() => RowsAsync("""
        SELECT c.email, o.number, p.sku, g.name AS category, h.name AS above, l.quantity
        FROM line l JOIN "order" o ON o.id = l.order_id JOIN customer c ON c.id = o.customer_id JOIN product p ON p.id = l.product_id
        LEFT JOIN category g ON g.id = p.category_id LEFT JOIN category h ON h.id = g.parent_id
        ORDER BY 1, 2, 3
        """);

    /// <summary>The files of a shop that numbers its rows from 1: one customer, one order of two products in a tree of categories.</summary>
    public static BundleDirectory Files(string name, string shared = "shared") => new BundleDirectory()
        .Add("customer.csv", $"id,email,name\n1,{name}@x,{name}\n2,{shared}@x,Shared\n")
        .Add("category.ndjson.gz", $$"""
            {"id":1,"name":"Goods"}
            {"id":2,"parent_id":1,"name":"{{name}} goods"}
            """)
        .Add("product.csv.gz", $"id,sku,category_id\n1,{name}-1,2\n2,both,1\n")
        .Add("order.ndjson", $$"""{"number":"{{name}}-A","id":1,"customer_id":2,"state":"paid_in_full"}""")
        .Add("line.csv", "order_id,product_id,quantity\n1,1,3\n1,2,4\n");
}
