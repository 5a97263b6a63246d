using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Exograph.ServerSide.Tests.PublicApi;

/// <summary>Lists the public types of an assembly and their members, a line each, in an order that does not change.</summary>
internal static class ApiListing
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
    };

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Kind(type)} {type.Namespace}.{Name(type)}{Bases(type)}\n");
            foreach (var member in Members(type))
                text.Append(CultureInfo.InvariantCulture, $"    {member}\n");
        }
        return text.ToString();
    }

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => IsRecord(type) ? "record struct" : "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        _ => (type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + (IsRecord(type) ? "record" : "class"),
    };

    private static bool IsRecord(Type type) =>
        type.GetMethod("PrintMembers", Declared) is { } print && print.IsDefined(typeof(CompilerGeneratedAttribute));

    private static string Bases(Type type)
    {
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var bases = type.GetInterfaces()
            .Where(i => !type.IsEnum && !inherited.Contains(i) && !(IsRecord(type) && i.Name.StartsWith("IEquatable", StringComparison.Ordinal)))
            .Select(Name).Order(StringComparer.Ordinal).ToList();
        if (type.BaseType is { } b && b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum))
            bases.Insert(0, Name(b));
        return bases.Count == 0 ? "" : " : " + string.Join(", ", bases);
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetValuesAsUnderlyingType(type).Cast<object>()
                .Select(value => $"{Convert.ToInt64(value, CultureInfo.InvariantCulture),3} {Enum.GetName(type, value)}");
        }
        return type.GetMembers(Declared)
            .Where(m => !m.IsDefined(typeof(CompilerGeneratedAttribute)) || m is ConstructorInfo or PropertyInfo)
            .Select(m => (m.Name, Text: Member(m))).Where(m => m.Text is not null)
            .OrderBy(m => m.Name, StringComparer.Ordinal).ThenBy(m => m.Text, StringComparer.Ordinal).Select(m => m.Text!);
    }

    private static string? Member(MemberInfo member) => member switch
    {
        FieldInfo { IsPublic: true } f => $"{(f.IsLiteral ? "const " : f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}"
            + (f.IsLiteral ? $" = {f.GetRawConstantValue()}" : ""),
        ConstructorInfo { IsPublic: true } c => $"new({Parameters(c)})",
        PropertyInfo p when p.GetMethod is { IsPublic: true } => Property(p),
        MethodInfo { IsPublic: true, IsSpecialName: false } m when !IsOfRecord(m) =>
            $"{(m.IsStatic ? "static " : "")}{Typed(m.ReturnType, new NullabilityInfoContext().Create(m.ReturnParameter))} {m.Name}"
            + $"{Arguments(m)}({Parameters(m)})",
        _ => null,
    };

    private static string Property(PropertyInfo p)
    {
        var isInit = p.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        var setter = p.SetMethod is { IsPublic: true } ? isInit ? " init;" : " set;" : "";
        var index = p.GetIndexParameters() is [var i] ? $"[{Name(i.ParameterType)} {i.Name}]" : "";
        return $"{(p.GetMethod!.IsStatic ? "static " : "")}{(p.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "")}"
            + $"{Typed(p.PropertyType, new NullabilityInfoContext().Create(p))} {(index == "" ? p.Name : "this" + index)} {{ get;{setter} }}";
    }

    /// <summary>What overrides a member that everything has.</summary>
    private static bool IsOfRecord(MethodInfo m) => m.GetBaseDefinition().DeclaringType != m.DeclaringType && m.IsVirtual;

    private static string Arguments(MethodInfo m) =>
        m.IsGenericMethod ? $"<{string.Join(", ", m.GetGenericArguments().Select(Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        (method.IsDefined(typeof(ExtensionAttribute)) && p.Position == 0 ? "this " : "")
        + $"{Typed(p.ParameterType, new NullabilityInfoContext().Create(p))} {p.Name}"
        + (p.HasDefaultValue ? $" = {Convert.ToString(p.DefaultValue, CultureInfo.InvariantCulture) switch { null or "" => "default", var v => v }}" : "")));

    private static string Typed(Type type, NullabilityInfo nullability) =>
        Name(type) + (!type.IsValueType && nullability.ReadState == NullabilityState.Nullable ? "?" : "");

    private static string Name(Type type)
    {
        if (s_keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Name(value) + "?";
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (!type.IsGenericType)
            return type.Name;
        return $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
