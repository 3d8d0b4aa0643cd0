using System.Reflection;
using FsCheck;
using FsCheck.Fluent;

namespace AttentionGen.Analyzers.Tests.Fuzz;

/// <summary>
/// Draws declarations: sound ones, ones at the edge, and text that no one in his right mind would write. Properties are found by reflection, so that what
/// is added to the attributes is drawn too.
/// </summary>
internal static class SoupGenerator
{
    private static readonly string Endless = "\"" + new string('x', 100_000) + "\"";

    private static readonly string[] Sizes = ["1", "2", "3", "4", "8", "16", "7", "64"];
    private static readonly string[] OddSizes = ["0", "-1", "63", "513", "65536", "65537", "1 << 20", "1 << 30", "int.MaxValue", "int.MinValue", "1000000"];
    private static readonly string[] Reals = ["1", "0.5", "2", "30", "1000"];
    private static readonly string[] OddReals = ["0", "-0.0", "-1", "1e40", "1e-40", "1e308", "double.NaN", "double.PositiveInfinity", "double.NegativeInfinity", "double.Epsilon", "double.MaxValue", "float.MaxValue"];
    private static readonly string[] Wrong = ["\"8\"", "8.5m", "null", "'x'", "2147483648", "1e400", "typeof(int)", "Nowhere.Known", "1 / 0", "checked(int.MaxValue + 1)", "", "new object()", "new[] { 1 }", "default", "(int)double.NaN", "nameof(System)", "-", "new int[-1]", "new double[] { 1 }", "new long[] { 1 }", "new float[] { \"1\" }", "[1f, 2f]", Endless];
    private static readonly string[] Floats = ["new float[] { 1, 2 }", "new[] { 1f, 1f, 1f, 1f }", "new float[0]", "new float[3]", "new float[] { float.NaN, 1 }", "new float[] { float.PositiveInfinity, float.NegativeInfinity }", "null", "new float[5000]"];
    private static readonly string[] Ints = ["new[] { 2, 2 }", "new[] { 1, 1, 2 }", "new int[0]", "new[] { -1, 5 }", "new[] { int.MaxValue, int.MaxValue }", "null", "new[] { int.MinValue }", "new[] { 4 }"];
    private static readonly string[] OddNames = ["\"\"", "null", "null!", "\" \"", "\"\\0\"", "\"Local\\n\"", "\"lokal\"", "\"İSTANDARD\"", "\"{0}\"", "\"|=-\"", "3", "typeof(string)", Endless, "$\"{1}\"", "AttentionTypes.Nothing"];

    private static readonly string[] Shells =
    [
        .. Enumerable.Repeat(Soup.Plain, 18),
        .. Enumerable.Repeat("{0} public partial class Host {{ {1} }}", 8),
        "{0} internal sealed partial class @class {{ {1} }}",
        "public partial class Outer {{ {0} private static partial class Host {{ {1} }} }}",
        "public partial struct Outer {{ public partial interface Middle {{ {0} public partial class @event {{ {1} }} }} }}",
        "namespace @new {{ {0} static partial class var {{ {1} }} }}",
        "{0} abstract partial class Host {{ {1} }} partial class Host {{ }}",
        "{0} static class Host {{ {1} }}",
        "{0} partial class Host<T> {{ {1} }}",
        "{0} partial record Host {{ {1} }}",
        "{0} partial struct Host {{ {1} }}",
        "{0} partial interface Host {{ {1} }}",
        "{0} file static partial class Host {{ {1} }}",
        "{0} enum Host {{ A }}",
        "{0} delegate void Host();",
        "{0} partial class Host(int size) {{ {1} }}",
        "static class Holder {{ {0} static void Method() {{ }} {1} }}",
        "class Host {{ {0} public int Property {{ get; set; }} }}",
        "[assembly: Model(Heads = 3)] {0} static partial class Host {{ {1} }}",
        "{0} partial class Host {{ public Host(string name) {{ }} {1} }}",
        "{0} partial class Host {{ public Host(string name, int seed) : this(seed) {{ }} private Host(int size) {{ }} {1} }}",
        "class Base {{ protected Base(int size) {{ }} }} {0} partial class Host : Base {{ {1} }}",
        "class Base {{ protected internal int Heads; public void Dispose() {{ }} }} {0} partial class Host : Base {{ {1} }}",
        "{0} static partial class Forward {{ {1} }}",
        "{0} partial class Weights {{ {1} }}",
        "class Math {{ }} class MathF {{ }} class Unsafe {{ }} struct Vector256<T> {{ }} class Vector512 {{ }} class KernelLauncher {{ }} enum CausalAlignment {{ }} class Int32 {{ }} {0} static partial class Host {{ {1} }}",
        "class RotaryTable {{ }} class AttentionArguments {{ }} class KernelDescription {{ }} class System {{ }} class AttentionGen {{ }} {0} partial class Host {{ {1} }}",
        "{0} static partial class",
        "{0} static partial class Host {{ {1}",
        "partial class HOST {{ }} {0} static partial class Host {{ {1} }}",
        "partial class Host {{ {0} public partial class Host2 {{ {1} }} }}",
    ];

    private static readonly string[] Members =
    [
        .. Enumerable.Repeat("", 20),
        "static bool Keep(int query, int key) => key <= query;",
        "static bool Keep(int query, int key) => key / 4 == query / 4 && query - key <= 3;",
        "static bool Keep(int query, int key) => key % query == 0;",
        "static bool Keep(int query, int key) => Keep(key, query);",
        "static bool Keep(int query, int key) { while (true) { } }",
        "static bool Keep(int key) => true; static int Score;",
        "static float Score(float score, int head) => score / (head + 1);",
        "static float Score(float score, int head, int query, int key) => score * System.MathF.Exp(query - key);",
        "static float state = 1; static float Score(float score, int head) => score * state;",
        "static bool Keep(int query, int key) =>",
        "static string Keep(string query) => query; static bool Keep() => true;",
        "public const int Heads = 3; public static void Forward() { }",
        "public static void Forward() { } public static int Dispose(bool now) => 0; private static class Math { } private static class Span { }",
        "static string GetEncoding => \"\"; static class RandomFeatures { } static int Weights;",
        "static int BuildBlockMask(int a, int b) => a; static bool Keep(int query, int key) => key % 3 != query % 5;",
        "static int KernelLauncher, HostVector512; static void LaunchKernel() { }",
    ];

    /// <summary>Declarations, of which some part is sound.</summary>
    public static Gen<Soup> Soups() =>
        from shell in Gen.Elements(Shells)
        from types in Gen.Frequency((40, Gen.Constant(1)), (1, Gen.Constant(2)), (1, Gen.Constant(0)))
        from attentions in Gen.ArrayOf(Attentions(), types)
        from encodings in Gen.Frequency((5, Gen.Constant(0)), (3, Gen.Constant(1)), (1, Gen.Constant(2)), (1, Gen.Constant(3)))
        from positions in Gen.ArrayOf(Encodings(), encodings)
        from model in Gen.Frequency((5, Gen.Constant(Array.Empty<SoupAttribute>())), (1, Models()))
        from cache in Gen.Frequency((7, Gen.Constant(Array.Empty<SoupAttribute>())), (1, Caches()))
        from members in Gen.Elements(Members)
        select new Soup(shell, [.. attentions, .. model, .. positions, .. cache], members);

    // Most declarations get a shape that works, so that what else is written has a chance to matter.
    private static Gen<SoupAttribute> Attentions() =>
        from name in Names(AttentionTypes.All)
        from shape in Gen.Elements<string[]>(["Heads = 2", "HeadDim = 8"], ["Heads = 2", "HeadDim = 8"], ["DModel = 16", "Heads = 4"], ["Heads = 1", "HeadDim = 4"], ["Heads = 3", "HeadDim = 7", "ValueDim = 5"], [])
        from drawn in Arguments(typeof(AttentionAttribute), 20)
        let written = drawn.Where(argument => !shape.Any(given => given.Split(' ')[0] == argument.Split(' ')[0]))
        select new SoupAttribute("Attention", [.. name, .. shape, .. written]);

    private static Gen<SoupAttribute> Encodings() =>
        from name in Names(PositionalEncodings.All)
        from drawn in Arguments(typeof(PositionalEncodingAttribute), 12)
        select new SoupAttribute("PositionalEncoding", [.. name, .. drawn]);

    private static Gen<SoupAttribute[]> Models() =>
        from drawn in Arguments(typeof(ModelAttribute), 3)
        select new[] { new SoupAttribute("Model", drawn) };

    private static Gen<SoupAttribute[]> Caches() =>
        from drawn in Arguments(typeof(KvCacheAttribute), 3)
        select new[] { new SoupAttribute("KvCache", drawn) };

    private static Gen<string[]> Names(IReadOnlyList<string> names) => Gen.Frequency(
        (40, Gen.Elements(names.AsEnumerable()).Select(name => new[] { $"\"{name}\"" })),
        (1, Gen.Elements(OddNames).Select(name => new[] { name })),
        (1, Gen.Constant(Array.Empty<string>())));

    // Each property is written one time in that many.
    private static Gen<string[]> Arguments(Type attribute, int rarity) => attribute.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(property => property.CanWrite)
        .Aggregate(
            Gen.Constant(Array.Empty<string>()),
            (rest, property) =>
                from before in rest
                from lot in Gen.Choose(1, rarity)
                from value in lot == 1 ? Values(property.PropertyType) : Gen.Constant("")
                select lot == 1 ? before.Append($"{property.Name} = {value}").ToArray() : before);

    private static Gen<string> Values(Type type) => Gen.Frequency(
        (60, Gen.Elements(
            type == typeof(int) ? Sizes
            : type == typeof(double) ? Reals
            : type == typeof(bool) ? ["true", "false"]
            : type == typeof(float[]) ? Floats
            : type == typeof(int[]) ? Ints
            : type.IsEnum ? [.. Enum.GetNames(type).Select(name => $"{type.Name}.{name}")]
            : OddNames)),
        (12, Gen.Elements(type == typeof(int) ? OddSizes : type == typeof(double) ? OddReals : type.IsEnum ? [$"({type.Name})99", $"({type.Name})(-1)", "0"] : type == typeof(bool) ? ["!true", "1 > 2"] : ["null"])),
        (1, Gen.Elements(Wrong)));
}
