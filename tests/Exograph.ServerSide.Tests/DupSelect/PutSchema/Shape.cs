using System.Globalization;
using System.Text;
using Exograph.ServerSide.Tests.Loading;

namespace Exograph.ServerSide.Tests.DupSelect.PutSchema;

/// <summary>The types that columns of random schemas have.</summary>
internal enum Kind
{
    Integer,
    Text,
    ShortText,
    Number,
    Date,
    Uuid,
    Flag,
}

/// <summary>How a column of a primary key gets its number.</summary>
internal enum Draw
{
    None,
    Serial,
    Always,
    ByDefault,
}

/// <summary>A column of the target, and what the source has of it.</summary>
internal sealed class ShapeColumn
{
    public required string Name { get; init; }

    public required Kind Kind { get; init; }

    public string Type { get; init; } = "";

    public bool Required { get; set; }

    /// <summary>A constant.</summary>
    public string? Default { get; init; }

    public Draw Draw { get; init; }

    /// <summary>Its default is a new uuid.</summary>
    public bool NewUuid { get; init; }

    /// <summary>It is the lower case of this column.</summary>
    public string? LowerOf { get; init; }

    /// <summary>The source has it.</summary>
    public bool InSource { get; set; } = true;

    /// <summary>The type that it has in the source, where that is another one.</summary>
    public string? SourceType { get; set; }

    public string SqlType => Type.Length > 0 ? Type : Kind switch
    {
        Kind.Integer => "integer",
        Kind.Text => "text",
        Kind.ShortText => "varchar(4)",
        Kind.Number => "numeric(5,2)",
        Kind.Date => "date",
        Kind.Uuid => "uuid",
        _ => "boolean",
    };

    public bool HasDefault => Default is not null || NewUuid || Draw != Draw.None;

    /// <summary>The value as the target holds it; false where the text is none.</summary>
    public bool TryRead(string? text, out string? value)
    {
        value = text;
        if (text is null || SourceType is null)
            return true;
        switch (Kind)
        {
            case Kind.Integer:
                var isInteger = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer);
                value = integer.ToString(CultureInfo.InvariantCulture);
                return isInteger;
            case Kind.Number:
                var isNumber = decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number);
                number = Math.Round(number, 2, MidpointRounding.AwayFromZero);
                value = number.ToString("0.00", CultureInfo.InvariantCulture);
                return isNumber && Math.Abs(number) < 1000;
            case Kind.Date:
                return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
            case Kind.ShortText:
                return text.Length <= 4;
            default:
                return true;
        }
    }
}

/// <summary>A part of a unique index: a column, or its lower case.</summary>
internal sealed record KeyPart(string Column, bool Lower = false);

/// <summary>What tells rows apart: a unique index, or columns that are named.</summary>
/// <param name="Name">Of the index; null for columns alone.</param>
/// <param name="Parts">What it is on.</param>
/// <param name="NullsEqual">NULL is a value like others.</param>
/// <param name="Where">A column of kind Flag: only rows that have it.</param>
/// <param name="IsPrimary">It is the primary key.</param>
internal sealed record ShapeKey(string? Name, IReadOnlyList<KeyPart> Parts, bool NullsEqual, string? Where, bool IsPrimary)
{
    public bool IsPlain => Where is null && Parts.All(part => !part.Lower);

    public IEnumerable<string> Columns => Parts.Select(part => part.Column);

    public bool IsOn(IReadOnlyList<string> columns) => IsPlain && Columns.ToHashSet().SetEquals(columns);
}

internal sealed record ShapeLink(string Name, IReadOnlyList<string> Columns, ShapeTable Parent, IReadOnlyList<string> ParentColumns);

/// <summary>A CHECK: that a column is not negative, or, where there is another, that it differs from that.</summary>
internal sealed record ShapeCheck(string Name, string Column, string? Other);

/// <summary>A table of the target, what the source has of it, and what is to be done with it.</summary>
internal sealed class ShapeTable
{
    public required string Name { get; init; }

    public List<ShapeColumn> Columns { get; } = [];

    public List<string> Primary { get; } = [];

    public List<ShapeKey> Uniques { get; } = [];

    public List<ShapeLink> Links { get; } = [];

    public List<ShapeCheck> Checks { get; } = [];

    /// <summary>The table is partitioned by this column, and has partitions for 1, 2 and NULL, or for a and b.</summary>
    public string? PartitionedBy { get; set; }

    public bool InSource { get; set; } = true;

    /// <summary>The source has a column by which its rows are numbered.</summary>
    public bool Ordered { get; set; }

    /// <summary>What natural_keys says of it: columns.</summary>
    public IReadOnlyList<string>? Named { get; set; }

    public string? OnExisting { get; set; }

    public string? WithoutKey { get; set; }

    public ShapeColumn this[string column] => Columns.Single(c => c.Name == column);

    public string PrimaryName => Name.Length > 50 ? "its key" : $"{Name}_pkey";

    public string QuotedName => Sql.Name(Name);

    /// <summary>A column that is drawn anew for each new row.</summary>
    public bool IsDrawn(string column) =>
        Primary.Contains(column) && Named?.Contains(column) != true
        && (this[column].Draw != Draw.None || (this[column].NewUuid && !this[column].InSource));

    public bool IsFilled(string column) => this[column].LowerOf is { } of ? IsFilled(of) : this[column].InSource && !IsDrawn(column);

    /// <summary>Unique indexes that the source fills, the preferred one first.</summary>
    public IEnumerable<ShapeKey> Candidates =>
        Uniques
            .Concat(Primary.Count == 0 ? [] : [new ShapeKey(PrimaryName, [.. Primary.Select(c => new KeyPart(c))], false, null, true)])
            .Where(key => key.Columns.All(IsFilled))
            .OrderBy(key => key.Where is not null)
            .ThenBy(key => key.IsPrimary)
            .ThenBy(key => key.Name, StringComparer.Ordinal);

    public ShapeKey? NaturalKey(string withoutKey)
    {
        if (Named is not null)
        {
            return Candidates.FirstOrDefault(key => key.IsOn(Named))
                ?? new ShapeKey(null, [.. Named.Select(c => new KeyPart(c))], true, null, false);
        }
        return Candidates.FirstOrDefault() ?? ((WithoutKey ?? withoutKey) == "match"
            ? new ShapeKey(
                null, [.. Columns.Where(c => c.LowerOf is null && IsFilled(c.Name)).Select(c => new KeyPart(c.Name))], true, null, false)
            : null);
    }

    public string CreateTarget()
    {
        var items = Columns.Select(c =>
        {
            var identity = c.Draw switch
            {
                Draw.Always => " GENERATED ALWAYS AS IDENTITY",
                Draw.ByDefault => " GENERATED BY DEFAULT AS IDENTITY",
                _ => "",
            };
            var type = c.Draw == Draw.Serial ? (c.SqlType == "bigint" ? "bigserial" : "serial") : c.SqlType;
            var generated = c.LowerOf is null ? "" : $" GENERATED ALWAYS AS (lower({Sql.Name(c.LowerOf)})) STORED";
            var fallback = c.Default is null ? (c.NewUuid ? " DEFAULT gen_random_uuid()" : "") : $" DEFAULT {Sql.Literal(c.Default)}";
            return $"{Sql.Name(c.Name)} {type}{identity}{generated}{fallback}{(c.Required ? " NOT NULL" : "")}";
        }).ToList();
        if (Primary.Count > 0)
            items.Add($"CONSTRAINT {Sql.Name(PrimaryName)} PRIMARY KEY ({Names(Primary)})");
        items.AddRange(Checks.Select(c => c.Other is null
            ? $"CONSTRAINT {Sql.Name(c.Name)} CHECK ({Sql.Name(c.Column)} >= 0)"
            : $"CONSTRAINT {Sql.Name(c.Name)} CHECK ({Sql.Name(c.Column)} <> {Sql.Name(c.Other)})"));
        var text = new StringBuilder($"CREATE TABLE dst.{QuotedName} (\n    {string.Join(",\n    ", items)})");
        if (PartitionedBy is { } column)
        {
            var values = this[column].Kind == Kind.Integer ? new[] { "1", "2", "NULL" } : ["'a'", "'b'"];
            text.Append(CultureInfo.InvariantCulture, $" PARTITION BY LIST ({Sql.Name(column)});\n");
            text.AppendJoin("\n", values.Select((v, i) =>
                $"CREATE TABLE dst.{Sql.Name(Name.Length > 50 ? $"part {i}" : $"{Name} part {i}")} PARTITION OF dst.{QuotedName} FOR VALUES IN ({v});"));
            text.Append('\n');
        }
        else
        {
            text.Append(";\n");
        }
        foreach (var key in Uniques)
        {
            var parts = string.Join(", ", key.Parts.Select(p => p.Lower ? $"lower({Sql.Name(p.Column)})" : Sql.Name(p.Column)));
            text.Append(
                CultureInfo.InvariantCulture,
                $"CREATE UNIQUE INDEX {Sql.Name(key.Name!)} ON dst.{QuotedName} ({parts}){(key.NullsEqual ? " NULLS NOT DISTINCT" : "")}"
                + $"{(key.Where is null ? "" : $" WHERE {Sql.Name(key.Where)}")};\n");
        }
        return text.ToString();
    }

    public string CreateLinks() => string.Concat(Links.Select(l =>
        $"ALTER TABLE dst.{QuotedName} ADD CONSTRAINT {Sql.Name(l.Name)} FOREIGN KEY ({Names(l.Columns)}) "
        + $"REFERENCES dst.{l.Parent.QuotedName} ({Names(l.ParentColumns)});\n"));

    public string CreateSource() =>
        $"CREATE TABLE src.{QuotedName} ({string.Join(", ", SourceColumns.Select(c => $"{Sql.Name(c.Name)} {c.SourceType ?? c.SqlType}"))}"
        + $"{(Ordered ? ", \"the order\" integer" : "")});\n";

    public IEnumerable<ShapeColumn> SourceColumns => Columns.Where(c => c.InSource && c.LowerOf is null);

    private static string Names(IEnumerable<string> columns) => string.Join(", ", columns.Select(Sql.Name));
}
