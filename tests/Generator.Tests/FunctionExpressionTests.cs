using System.Reflection;
using AttentionGen.Generator.Dialects;
using FsCheck;
using FsCheck.Fluent;

namespace AttentionGen.Generator.Tests;

/// <summary>
/// Expressions that nobody wrote by hand, as C# evaluates them and as each dialect's vector code does: whole numbers and truths are the same
/// for every pair, floats differ by roundings.
/// </summary>
public class FunctionExpressionTests
{
    private const int Functions = 120;
    private const int Keys = 64;
    private static readonly int[] Queries = [0, 1, 13, 63, 1000, -5];

    [Fact]
    public void Masks_are_exact()
    {
        string[] bodies = [.. Truth(4).Sample(Functions, 4).Where(ReadsBoth).Distinct().Take(80)];
        Assert.True(bodies.Length > 30, $"{bodies.Length} masks were drawn.");
        FunctionBench bench = FunctionBench.Of([.. bodies.Select(body => $"static bool Keep(int head, int query, int key) => ((query ^ key) * 5 & 7) == 9 || {body};")]);
        for (int n = 0; n < bodies.Length; n++)
        {
            MethodInfo keep = bench.Plain(n, "Keep");
            foreach (Dialect dialect in Dialect.Cpu)
            {
                foreach (int query in Queries)
                {
                    float[] scores = new float[Keys];
                    bench.Vector(n, dialect)(n & 3, query, scores);
                    for (int key = 0; key < Keys; key++)
                    {
                        bool expected = (bool)keep.Invoke(null, [n & 3, query, key])!;
                        Assert.True(expected == (scores[key] == 0), $"{dialect.Name}, head {n & 3}, query {query}, key {key}: {bodies[n]} is {expected}");
                    }
                }
            }
        }
    }

    [Fact]
    public void Scores_differ_by_roundings()
    {
        Real[] bodies = [.. Number(4).Sample(Functions, 4).Where(real => real.Bound < 1e6 && ReadsBoth(real.Text) && real.Text.Contains("score", StringComparison.Ordinal)).Distinct().Take(60)];
        Assert.True(bodies.Length > 20, $"{bodies.Length} scores were drawn.");
        FunctionBench bench = FunctionBench.Of([.. bodies.Select(body => $"static float Score(float score, int head, int query, int key) => {body.Text};")]);
        for (int n = 0; n < bodies.Length; n++)
        {
            MethodInfo function = bench.Plain(n, "Score");
            foreach (Dialect dialect in Dialect.Cpu)
            {
                foreach (int query in Queries)
                {
                    float[] natural = [.. Enumerable.Range(0, Keys).Select(key => (key * 0.37f % 4f) - 2f)];
                    float[] scores = [.. natural.Select(score => score * 1.44269504f)];
                    bench.Vector(n, dialect)(n & 3, query, scores);
                    for (int key = 0; key < Keys; key++)
                    {
                        double expected = (float)function.Invoke(null, [natural[key], n & 3, query, key])!;
                        double actual = scores[key] * Math.Log(2);
                        Assert.True(Math.Abs(actual - expected) <= 4e-6 * bodies[n].Bound, $"{dialect.Name}, head {n & 3}, query {query}, key {key}, score {natural[key]}: {bodies[n].Text} is {expected}, not {actual}");
                    }
                }
            }
        }
    }

    private static bool ReadsBoth(string body) => body.Contains("query", StringComparison.Ordinal) && body.Contains("key", StringComparison.Ordinal);

    private static Gen<string> Whole(int depth)
    {
        Gen<string> leaf = Gen.OneOf(Gen.Elements("query", "key", "key", "query", "head"), Gen.Choose(-9, 70).Select(static number => $"({number})"));
        if (depth == 0)
        {
            return leaf;
        }

        Gen<string> inner = Whole(depth - 1);
        Gen<string> binary = from left in inner from right in inner from operation in Gen.Elements("+", "-", "*", "&", "|", "^") select $"({left} {operation} {right})";
        Gen<string> divided = from left in inner from operation in Gen.Elements("/", "%") from amount in Gen.Elements("2", "3", "7", "64", "(head + 1)", "(-5)") select $"({left} {operation} {amount})";
        Gen<string> shifted = from left in inner from operation in Gen.Elements("<<", ">>") from amount in Gen.Choose(0, 40) select $"({left} {operation} {amount})";
        Gen<string> function = from left in inner from right in inner from name in Gen.Elements("Min", "Max") select $"Math.{name}({left}, {right})";
        Gen<string> unary = from left in inner from form in Gen.Elements("(-{0})", "(~{0})", "Math.Abs({0} >> 1)", "(int)({0} * 0.37f)") select string.Format(System.Globalization.CultureInfo.InvariantCulture, form, left);
        Gen<string> choice = from truth in Truth(depth - 1) from left in inner from right in inner select $"({truth} ? {left} : {right})";
        return Gen.OneOf(binary, divided, shifted, function, unary, choice, leaf);
    }

    private static Gen<string> Truth(int depth)
    {
        Gen<string> compared = from left in Whole(Math.Max(0, depth - 1)) from right in Whole(Math.Max(0, depth - 1)) from operation in Gen.Elements("<", "<=", ">", ">=", "==", "!=") select $"({left} {operation} {right})";
        if (depth <= 1)
        {
            return compared;
        }

        Gen<string> inner = Truth(depth - 1);
        Gen<string> floats = from left in Whole(1) from right in Whole(1) from operation in Gen.Elements("<", ">=") select $"(MathF.Sqrt(Math.Abs({left} >> 2)) {operation} {right} / 3f)";
        Gen<string> both = from left in inner from right in inner from operation in Gen.Elements("&&", "||", "^", "==", "&") select $"({left} {operation} {right})";
        return Gen.OneOf(compared, both, floats, inner.Select(static truth => $"!{truth}"));
    }

    private static Gen<Real> Number(int depth)
    {
        Gen<Real> leaf = Gen.OneOf(
            Gen.Elements(new Real("score", 3), new Real("score", 3), new Real("(0.01f * key)", 2), new Real("(0.001f * query)", 2), new Real("Math.Abs(query - key) * 0.001f", 2)),
            Gen.Choose(-20, 20).Select(static tenths => new Real(FormattableString.Invariant($"({tenths / 10f:F1}f)"), 2)));
        if (depth == 0)
        {
            return leaf;
        }

        Gen<Real> inner = Number(depth - 1);
        Gen<Real> sum = from left in inner from right in inner from operation in Gen.Elements("+", "-") select new Real($"({left.Text} {operation} {right.Text})", left.Bound + right.Bound);
        Gen<Real> product = from left in inner from right in inner select new Real($"({left.Text} * {right.Text})", (left.Bound * right.Bound) + 1);
        Gen<Real> function = from left in inner from right in inner from name in Gen.Elements("Min", "Max") select new Real($"MathF.{name}({left.Text}, {right.Text})", left.Bound + right.Bound);
        Gen<Real> smooth = from left in inner from form in Gen.Elements("MathF.Tanh({0})", "MathF.Exp(-MathF.Abs({0}))", "(-{0})", "MathF.Abs({0})", "({0} / (head + 2f))", "MathF.Log(1f + MathF.Abs({0}))", "MathF.Cos({0})")
            select new Real(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, left.Text), left.Bound + 1);
        Gen<Real> choice = from truth in Truth(1) from left in inner from right in inner select new Real($"({truth} ? {left.Text} : {right.Text})", left.Bound + right.Bound);
        return Gen.OneOf(sum, product, function, smooth, choice, leaf);
    }

    /// <summary>An expression and a bound on the size of everything in it.</summary>
    private sealed record Real(string Text, double Bound);
}
