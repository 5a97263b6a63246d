using System.Globalization;

namespace Exograph.ServerSide.Tests.DupSelect.PutSchema;

/// <summary>Makes random schemas.</summary>
internal sealed class ShapeGenerator(Random random)
{
    private static readonly string[] s_tables =
        ["t", "s", "order", "Odd \"name", "put_report_", "m", "input", "a_rather_long_name_of_a_table_that_fills_all_of_its_63_bytes_ye"];

    private static readonly string[] s_payload = ["x", "put__row", "s", "old_id", "row", "A b", "existing", "new"];

    private readonly List<ShapeTable> _tables = [];

    public IReadOnlyList<ShapeTable> Make()
    {
        var count = random.Next(20) switch { < 3 => 1, < 9 => 2, < 15 => 3, < 18 => 4, 18 => 5, _ => random.Next(6, 9) };
        var names = s_tables.OrderBy(_ => random.Next()).ToArray();
        for (var i = 0; i < count; i++)
            AddTable(Chance(3) ? names[i] : $"t{i}");
        AddCircles();
        foreach (var table in _tables)
            AddSourceSide(table);
        return _tables;
    }

    private bool Chance(int oneOf) => random.Next(oneOf) == 0;

    private T One<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    private void AddTable(string name)
    {
        var table = new ShapeTable { Name = name };
        var parents = _tables.Where(p => Keys(p).Any()).ToList();
        switch (random.Next(20))
        {
            case < 9:
                AddDrawn(table, "id");
                break;
            case < 11:
                AddPrimary(table, new ShapeColumn { Name = "code", Kind = Kind.Text, Required = true });
                break;
            case 11:
                AddPrimary(table, new ShapeColumn { Name = "no", Kind = Kind.Integer, Required = true });
                break;
            case < 14:
                AddPrimary(table, new ShapeColumn { Name = "id", Kind = Kind.Uuid, Required = true, NewUuid = true });
                break;
            case < 16 when parents.Count > 0:
                // The key of a tenant and a number.
                AddLink(table, One(parents), required: true, prefix: "tenant").ForEach(table.Primary.Add);
                if (Chance(2))
                    AddDrawn(table, "id");
                else
                    AddPrimary(table, new ShapeColumn { Name = "n", Kind = Kind.Integer, Required = true });
                break;
            case 16 when parents.Count > 0:
                AddLink(table, One(parents), required: true, prefix: "own").ForEach(table.Primary.Add);
                break;
            case < 19 when parents.Count > 0:
                AddLink(table, One(parents), required: true, prefix: "a").ForEach(table.Primary.Add);
                AddLink(table, One(parents), required: true, prefix: "b").Where(c => !table.Primary.Contains(c)).ToList()
                    .ForEach(table.Primary.Add);
                break;
            case < 18:
                AddDrawn(table, "id");
                break;
            default:
                break;
        }
        if (Chance(6) && table.Primary.Count > 0 && table.Primary.All(c => table[c].Draw == Draw.None) && table.Links.Count == 0
            && table[table.Primary[0]].Kind is Kind.Text or Kind.Integer)
        {
            table.PartitionedBy = table.Primary[0];
        }
        _tables.Add(table);
        AddPayload(table);
        for (var n = random.Next(3); n > 0; n--)
        {
            if (parents.Count > 0)
                AddLink(table, One(parents), required: Chance(3), prefix: $"r{n}");
        }
        if (Chance(3) && Keys(table).Any())
            AddLink(table, table, required: false, prefix: "up");
        AddUniques(table);
        AddChecks(table);
    }

    private void AddDrawn(ShapeTable table, string name) => AddPrimary(table, new ShapeColumn
    {
        Name = name,
        Kind = Kind.Integer,
        Type = Chance(3) ? "bigint" : "",
        Required = true,
        Draw = One([Draw.Serial, Draw.Serial, Draw.Always, Draw.ByDefault]),
    });

    private static void AddPrimary(ShapeTable table, ShapeColumn column)
    {
        table.Columns.Add(column);
        table.Primary.Add(column.Name);
    }

    private void AddPayload(ShapeTable table)
    {
        var names = s_payload.OrderBy(_ => random.Next()).ToArray();
        for (var n = random.Next(4); n >= 0; n--)
        {
            var kind = One([Kind.Integer, Kind.Integer, Kind.Text, Kind.Text, Kind.ShortText, Kind.Number, Kind.Date, Kind.Flag]);
            table.Columns.Add(new ShapeColumn
            {
                Name = Chance(2) ? names[n] : $"c{n}",
                Kind = kind,
                Required = Chance(3),
                Default = Chance(3) ? DataGenerator.Pool(kind)[0] : null,
            });
        }
        if (Chance(6) && table.Columns.Find(c => c.Kind == Kind.Text) is { } of)
            table.Columns.Add(new ShapeColumn { Name = "lowered", Kind = Kind.Text, LowerOf = of.Name });
    }

    /// <summary>Columns of a table by which it can be referred to.</summary>
    private static IEnumerable<IReadOnlyList<string>> Keys(ShapeTable table)
    {
        if (table.Primary.Count > 0)
            yield return table.Primary;
        foreach (var key in table.Uniques.Where(k => k.IsPlain && table.PartitionedBy is null && k.Columns.All(c => table[c].LowerOf is null && table[c].Required)))
            yield return [.. key.Columns];
    }

    private List<string> AddLink(ShapeTable table, ShapeTable parent, bool required, string prefix)
    {
        var key = One(Keys(parent).ToList());
        var columns = new List<string>();
        foreach (var column in key)
        {
            var (kind, type) = (parent[column].Kind, parent[column].SqlType);
            // Tenants: what the own key refers to already refers to the same here.
            var root = Root(parent, column);
            var shared = table.Links.SelectMany(l => l.Columns.Zip(l.ParentColumns, (own, p) => (own, root: Root(l.Parent, p))))
                .FirstOrDefault(s => key.Count > 1 && s.root == root && !columns.Contains(s.own) && table[s.own].Kind == kind);
            if (shared.own is not null)
            {
                columns.Add(shared.own);
                continue;
            }
            var name = $"{prefix}_{column}";
            table.Columns.Add(new ShapeColumn
            {
                Name = name,
                Kind = kind,
                Type = kind == Kind.Integer ? (Chance(4) ? "bigint" : "integer") : type,
                Required = required,
            });
            columns.Add(name);
        }
        table.Links.Add(new ShapeLink($"{table.Links.Count} of {_tables.IndexOf(table)} {table.Name.Length}", columns, parent, [.. key]));
        return columns;
    }

    /// <summary>The column at the end of the references that a column follows.</summary>
    private static (string Table, string Column) Root(ShapeTable table, string column)
    {
        var link = table.Links.Where(l => l.Columns.Contains(column) && l.Parent != table).MinBy(l => l.Columns.Count);
        return link is null ? (table.Name, column) : Root(link.Parent, link.ParentColumns[link.Columns.ToList().IndexOf(column)]);
    }

    private void AddUniques(ShapeTable table)
    {
        if (table.PartitionedBy is not null)
            return;
        var usable = table.Columns
            .Where(c => c.Draw == Draw.None && !c.NewUuid && c.Kind != Kind.Flag
                && (c.LowerOf is null || table[c.LowerOf].Kind == Kind.Text))
            .ToList();
        var wanted = table.Primary.Count == 0 || table.Primary.Exists(c => table[c].HasDefault)
            ? random.Next(8) switch { 0 => 0, < 6 => 1, _ => 2 }
            : random.Next(5) / 3;
        for (var n = 0; n < wanted && usable.Count > 0; n++)
        {
            var columns = usable.OrderBy(_ => random.Next()).Take(random.Next(1, 4))
                .OrderBy(c => table.Links.Exists(l => l.Columns.Contains(c.Name)) ? 0 : 1).ToList();
            var parts = columns.ConvertAll(c => new KeyPart(c.Name, Chance(4) && c.Kind == Kind.Text && c.LowerOf is null));
            var flag = Chance(6) ? table.Columns.Find(c => c.Kind == Kind.Flag)?.Name : null;
            table.Uniques.Add(new ShapeKey(
                string.Create(CultureInfo.InvariantCulture, $"u{n} of {_tables.IndexOf(table)}"), parts, Chance(3), flag, false));
        }
    }

    private void AddChecks(ShapeTable table)
    {
        if (Chance(3) && table.Columns.Find(c => c.Kind is Kind.Integer or Kind.Number && c.Draw == Draw.None) is { } column)
            table.Checks.Add(new ShapeCheck($"{table.Name.Length} not negative", column.Name, null));
        var toSelf = table.Links.Find(l => l.Parent == table && l.Columns.Count == 1);
        if (Chance(2) && toSelf is not null)
            table.Checks.Add(new ShapeCheck($"{table.Name.Length} not itself", toSelf.Columns[0], toSelf.ParentColumns[0]));
    }

    /// <summary>References from tables to later ones.</summary>
    private void AddCircles()
    {
        for (var i = 0; i < _tables.Count - 1; i++)
        {
            var later = _tables.Skip(i + 1).Where(t => Keys(t).Any()).ToList();
            if (Chance(5) && later.Count > 0 && _tables[i].PartitionedBy is null)
                AddLink(_tables[i], One(later), required: Chance(8), prefix: "back");
        }
    }

    private void AddSourceSide(ShapeTable table)
    {
        table.InSource = !Chance(12) || _tables.Count == 1;
        foreach (var column in table.Columns)
        {
            var inKey = table.Primary.Contains(column.Name) || table.Uniques.Exists(k => k.Columns.Contains(column.Name) || k.Where == column.Name)
                || table.Links.Exists(l => l.Columns.Contains(column.Name))
                || table.Columns.Exists(c => c.LowerOf == column.Name);
            var optional = inKey
                ? column.Draw != Draw.None && Chance(15)
                : (!column.Required || column.Default is not null) && Chance(6);
            column.InSource = !optional;
            if (Chance(5) && column.Kind is Kind.Integer or Kind.Number or Kind.Date or Kind.ShortText)
                column.SourceType = "text";
        }
        if (!table.Columns.Exists(c => table.IsFilled(c.Name)))
            table.Columns.ForEach(c => c.InSource = true);
        table.Ordered = Chance(3) || NeedsOrder(table);
        table.OnExisting = Chance(5) ? One(["keep", "update", "fail"]) : null;
        table.WithoutKey = Chance(8) ? One(["append", "match"]) : null;
        var candidates = table.Candidates.Where(k => k.IsPlain && k.Columns.All(c => table[c].LowerOf is null)).ToList();
        if (Chance(10) && candidates.Count > 0)
            table.Named = [.. One(candidates).Columns];
        else if (Chance(15) && table.Primary.Count == 1 && table[table.Primary[0]].InSource)
            table.Named = [.. table.Primary];
        else if (Chance(20) && table.Columns.Where(c => table.IsFilled(c.Name) && c.LowerOf is null).ToList() is { Count: > 0 } filled)
            table.Named = [One(filled).Name];
        table.Ordered = table.Ordered || NeedsOrder(table);
    }

    /// <summary>The primary key of the source leaves it open in which order its rows come.</summary>
    private static bool NeedsOrder(ShapeTable table) =>
        table.Primary.Count == 0 || table.Primary.Exists(c => !table[c].InSource || !table.IsDrawn(c));
}
