using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Softplus and SiLU, accurate to a few units in the last place and for every float: neither overflows nor cancels.</summary>
internal static class ActivationStage
{
    // Past this, e^-x is 0 in every dialect; an infinity stays an ordinary number in what follows.
    private const string End = "110f";

    public static void WriteSoftplus(CodeWriter writer, Dialect dialect)
    {
        writer.Line("// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), and log(1 + e) = 2 artanh(e / (2 + e)), a polynomial to 1e-9. The exponent's product keeps its rounding error.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        using (writer.Block($"private static {dialect.Float} Softplus({dialect.Float} x)"))
        {
            string Coefficient(string value) => dialect.Broadcast(value);
            writer.Line($"{dialect.Float} size = {dialect.Minimum(Coefficient(End), dialect.Absolute("x"))};");
            writer.Line($"{dialect.Float} exponent = {dialect.Multiply("size", Coefficient("-Log2OfE"))};");
            writer.Line($"{dialect.Float} rest = {dialect.MultiplyAdd("size", Coefficient("-Log2OfE"), dialect.Spell(Operation.Negate, "exponent"))};");
            writer.Line($"rest = {dialect.MultiplyAdd("size", Coefficient("-Log2OfERest"), "rest")};");
            writer.Line($"{dialect.Float} power = {dialect.Exp2("exponent")};");
            writer.Line($"power = {dialect.MultiplyAdd(dialect.Multiply("power", Coefficient("NaturalLogOf2")), "rest", "power")};");
            writer.Line($"{dialect.Float} ratio = {dialect.Divide("power", dialect.Add(Coefficient("2f"), "power"))};");
            writer.Line($"{dialect.Float} square = {dialect.Multiply("ratio", "ratio")};");
            writer.Line($"{dialect.Float} series = {dialect.MultiplyAdd(Coefficient("0.11612165f"), "square", Coefficient("0.108532876f"))};");
            foreach (string coefficient in new[] { "0.142961785f", "0.19999853f", "0.33333334f" })
            {
                writer.Line($"series = {dialect.MultiplyAdd("series", "square", Coefficient(coefficient))};");
            }

            writer.Line($"{dialect.Float} twice = {dialect.Add("ratio", "ratio")};");
            writer.Line($"return {dialect.Add(dialect.Maximum(dialect.Zero, "x"), dialect.MultiplyAdd(dialect.Multiply("twice", "square"), "series", "twice"))};");
        }
    }

    public static void WriteSilu(CodeWriter writer, Dialect dialect)
    {
        writer.Line("// x / (1 + e^-x), with the exponential of -|x|, which does not overflow.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        using (writer.Block($"private static {dialect.Float} Silu({dialect.Float} x)"))
        {
            writer.Line($"{dialect.Float} size = {dialect.Minimum(dialect.Broadcast(End), dialect.Absolute("x"))};");
            writer.Line($"{dialect.Float} power = {dialect.Exp2(dialect.Multiply("size", dialect.Broadcast("-Log2OfE")))};");
            writer.Line($"{dialect.Float} share = {dialect.Select(dialect.AtLeast("x", dialect.Zero), dialect.Broadcast("1f"), "power")};");
            writer.Line($"return {dialect.Divide(dialect.Multiply("x", "share"), dialect.Add(dialect.Broadcast("1f"), "power"))};");
        }
    }
}
