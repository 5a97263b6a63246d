using System.Globalization;
using System.Text;
using Exograph.ServerSide.Tests.Loading;

namespace Exograph.ServerSide.Tests.DupSelect.PutSchema;

/// <summary>A row of the source, as text.</summary>
internal sealed record SourceRow(ShapeTable Table, int Order, IReadOnlyDictionary<string, string?> Values);

/// <summary>Makes random rows: few values, so that keys meet.</summary>
internal sealed class DataGenerator(Random random, IReadOnlyList<ShapeTable> tables)
{
    private readonly Dictionary<(string Table, string Column), List<string>> _used = [];

    public static string[] Pool(Kind kind) => kind switch
    {
        Kind.Integer => ["1", "2", "0", "-1"],
        Kind.Text => ["a", "b", "A", "c"],
        Kind.ShortText => ["a", "bb", "B"],
        Kind.Number => ["1.00", "2.50", "-0.10"],
        Kind.Date => ["2024-01-01", "2024-02-29"],
        Kind.Uuid => [.. Enumerable.Range(1, 6).Select(n => $"00000000-0000-0000-0000-00000000000{n}")],
        _ => ["true", "false"],
    };

    /// <summary>A statement that fills the target as far as its constraints let it.</summary>
    public string FillTarget()
    {
        var text = new StringBuilder("DO $fill$ BEGIN\n");
        foreach (var table in tables)
        {
            for (var n = random.Next(5); n > 0; n--)
            {
                var columns = table.Columns.Where(c => c.Draw == Draw.None && c.LowerOf is null && (!c.NewUuid || random.Next(2) == 0)).ToList();
                var values = columns.ConvertAll(c => table.Links.Find(l => l.Columns.Contains(c.Name)) is { } link
                    ? Linked(link, c.Name)
                    : Value(c, 8) is { } value ? Sql.Literal(value) : "NULL");
                var names = columns.ConvertAll(c => Sql.Name(c.Name));
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"BEGIN INSERT INTO dst.{table.QuotedName} {(names.Count == 0 ? "DEFAULT VALUES" : $"({string.Join(", ", names)}) SELECT {string.Join(", ", values)}")}; EXCEPTION WHEN OTHERS THEN NULL; END;\n");
            }
            foreach (var key in Distinct(table))
            {
                var same = string.Join(" AND ", key.Parts.Select(p => $"a.{Sql.Name(p.Column)} IS NOT DISTINCT FROM b.{Sql.Name(p.Column)}"));
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"BEGIN DELETE FROM dst.{table.QuotedName} a USING dst.{table.QuotedName} b WHERE a.ctid > b.ctid AND {same}; EXCEPTION WHEN OTHERS THEN NULL; END;\n");
            }
        }
        foreach (var (table, link) in tables.SelectMany(t => t.Links.Select(l => (t, l))).Where(l => IsLate(l.t, l.l)))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"BEGIN UPDATE dst.{table.QuotedName} SET {string.Join(", ", link.Columns.Where(c => !table.Primary.Contains(c)).Select(c => $"{Sql.Name(c)} = {Linked(link, c)}").DefaultIfEmpty($"{Sql.Name(table.Columns[0].Name)} = {Sql.Name(table.Columns[0].Name)}"))} WHERE true; EXCEPTION WHEN OTHERS THEN NULL; END;\n");
        }
        return text.Append("END $fill$").ToString();
    }

    public List<SourceRow> FillSource(IReadOnlyDictionary<string, List<Dictionary<string, string?>>> target)
    {
        var rows = new List<SourceRow>();
        var few = random.Next(5) == 0;
        var bad = random.Next(3) == 0 ? 1000 : 12;
        foreach (var table in tables.Where(t => t.InSource))
        {
            var numbers = Enumerable.Range(1, 12).OrderBy(_ => random.Next()).ToArray();
            for (var n = few ? random.Next(2) : random.Next(7); n > 0; n--)
            {
                var values = new Dictionary<string, string?>();
                var linked = new Dictionary<string, string?>();
                foreach (var link in table.Links.OrderBy(l => l.Columns.Count))
                    Refer(link, table, target, linked, bad);
                foreach (var column in table.SourceColumns)
                    values[column.Name] = SourceValue(table, column, linked, numbers[n], bad);
                rows.Add(new SourceRow(table, n * 3 % 19, values));
                foreach (var (name, value) in values.Where(v => v.Value is not null))
                    Used(table, name).Add(value!);
            }
        }
        return rows;
    }

    /// <summary>What it refers to is not filled before it.</summary>
    private bool IsLate(ShapeTable table, ShapeLink link) =>
        tables.ToList().IndexOf(link.Parent) >= tables.ToList().IndexOf(table);

    private static IEnumerable<ShapeKey> Distinct(ShapeTable table) =>
        table.NaturalKey("match") is { Name: null } key ? [key] : [];

    private string? SourceValue(
        ShapeTable table, ShapeColumn column, Dictionary<string, string?> linked, int number, int bad)
    {
        if (linked.TryGetValue(column.Name, out var value))
            return value;
        if (column.Draw != Draw.None)
        {
            if (table.Ordered && table.IsDrawn(column.Name) && random.Next(10) == 0)
                return random.Next(2) == 0 ? null : "1";
            return number.ToString(CultureInfo.InvariantCulture);
        }
        if (column.SourceType is not null && random.Next(bad) == 0)
        {
            return column.Kind switch
            {
                Kind.Integer => "1.5",
                Kind.Number => random.Next(2) == 0 ? "12345" : "1.005",
                Kind.Date => "2024-02-30",
                _ => "too long",
            };
        }
        return Value(column, column.Required ? bad : 5);
    }

    private string? Value(ShapeColumn column, int nullIsOneOf)
    {
        if (random.Next(nullIsOneOf) == 0)
            return null;
        var pool = Pool(column.Kind);
        return column.Kind is Kind.Integer or Kind.Number && random.Next(4) != 0 ? pool[random.Next(2)] : pool[random.Next(pool.Length)];
    }

    /// <summary>Some row of the parent in the target.</summary>
    private string Linked(ShapeLink link, string column)
    {
        var place = link.Columns.ToList().IndexOf(column);
        // The same row for all columns of the reference.
        return $"(SELECT {Sql.Name(link.ParentColumns[place])} FROM dst.{link.Parent.QuotedName} "
            + $"ORDER BY md5(concat({string.Join(", ", link.ParentColumns.Select(Sql.Name))}, '{random.Next(3)}')) LIMIT 1)";
    }

    /// <summary>Gives the columns of a reference values of a row of the source, or else of the target, or of none.</summary>
    private void Refer(
        ShapeLink link, ShapeTable table, IReadOnlyDictionary<string, List<Dictionary<string, string?>>> target,
        Dictionary<string, string?> linked, int bad)
    {
        var optional = link.Columns.Any(c => !table[c].Required);
        var choice = random.Next(12);
        var inTarget = target[link.Parent.Name];
        for (var n = 0; n < link.Columns.Count; n++)
        {
            var (own, parent) = (link.Columns[n], link.ParentColumns[n]);
            if (linked.ContainsKey(own))
                continue;
            var used = Used(link.Parent, parent);
            string? value = null;
            if (optional && choice < 3)
                value = null;
            else if (link.Parent.InSource && used.Count > 0 && choice < 11)
                value = used[random.Next(used.Count)];
            else if (link.Parent == table && choice < 10)
                value = table[own].Kind == Kind.Integer ? random.Next(1, 7).ToString(CultureInfo.InvariantCulture) : Pool(table[own].Kind)[0];
            else if (inTarget.Count > 0 && (!link.Parent.InSource || choice == 11))
                value = inTarget[random.Next(inTarget.Count)][parent];
            else if (random.Next(bad) == 0)
                value = table[own].Kind == Kind.Integer ? "77" : Pool(table[own].Kind)[0];
            else if (used.Count > 0)
                value = used[random.Next(used.Count)];
            // The kinds of a column and of what it refers to are the same, but not what they are in the source.
            linked[own] = value is null || table[own].SourceType is not null || IsReadable(table[own].Kind, value) ? value : null;
        }
    }

    private static bool IsReadable(Kind kind, string value)
    {
        var column = new ShapeColumn { Name = "", Kind = kind, SourceType = "text" };
        return column.TryRead(value, out var read) && (kind is not (Kind.Integer or Kind.Number) || read == value)
            && (kind != Kind.Uuid || value.Length == 36);
    }

    private List<string> Used(ShapeTable table, string column)
    {
        if (!_used.TryGetValue((table.Name, column), out var used))
            _used[(table.Name, column)] = used = [];
        return used;
    }
}
