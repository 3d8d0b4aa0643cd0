using System.Globalization;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.Declarations;

/// <summary>
/// The encodings a declaration is tested with: every catalogue entry with its defaults and hand-picked settings or, for a new entry that has none,
/// its parameters' least values and some near them.
/// </summary>
public static class EncodingVariants
{
    // {rotary}: an even number of features, about half the head dim. {slopes}: one number per head.
    private static readonly Dictionary<string, string[]> Picked = new()
    {
        ["rope"] = ["Layout = Interleaved", "RotaryDim = {rotary}", "RotaryDim = {rotary}, Layout = Interleaved, Base = 500000",
            "Scaling = Linear, ScalingFactor = 4", "Scaling = Ntk, ScalingFactor = 3, Layout = Interleaved", "Scaling = Yarn, ScalingFactor = 4, OriginalMaxLength = 128",
            "Scaling = Yarn, ScalingFactor = 2, OriginalMaxLength = 4096, BetaFast = 16, BetaSlow = 2, AttentionFactor = 1.3, RotaryDim = {rotary}",
            "Scaling = LongRope, ScalingFactor = 4, OriginalMaxLength = 100, ShortFactors = [{short}], LongFactors = [{long}]",
            "Scaling = Llama3, ScalingFactor = 8, OriginalMaxLength = 512, LowFrequencyFactor = 1, HighFrequencyFactor = 4, Base = 500000"],
        ["mrope"] = ["Sections = [{sections}]", "Sections = [{sections}], Layout = Interleaved", "Sections = [{half}], RotaryDim = {rotary}"],
        ["xpos"] = ["ScaleBase = 256", "RotaryDim = {rotary}, Layout = Interleaved, Base = 500"],
        ["alibi"] = ["Slopes = [{slopes}]"],
        ["learned"] = ["MaxLength = 2048"],
        ["sinusoidal"] = [],
        ["relative"] = ["MaxRelativePosition = 5, Scaled = false", "MaxRelativePosition = 1", "MaxRelativePosition = 200, Values = false"],
        ["t5"] = ["Buckets = 2, MaxDistance = 9", "Buckets = 6, MaxDistance = 40, Bidirectional = false"],
    };

    /// <summary>Every variant that fits the head shape and, where there are no scores, does not act on them.</summary>
    public static IReadOnlyList<EncodingDeclaration[]> For(HeadShape shape, IEnumerable<string> names, bool hasScores)
    {
        List<EncodingDeclaration[]> variants = [.. names.Where(name => hasScores || !ActsOnScores(name)).SelectMany(name => Of(name, shape)).Select(encoding => new[] { encoding })];
        if (shape.HeadDim % 2 == 0 && hasScores)
        {
            // Allowed with a warning, so it has to be right.
            string[][] together = [["rope", "alibi"], ["rope", "relative", "t5"]];
            variants.AddRange(together.Where(combination => combination.All(names.Contains)).Select(combination => combination.Select(name => new EncodingDeclaration(name, [])).ToArray()));
        }

        return variants;
    }

    private static bool ActsOnScores(string name) => name is "relative" or "t5" || ReferenceEncodings.All[name].ScoreBias is not null;

    private static IEnumerable<EncodingDeclaration> Of(string name, HeadShape shape)
    {
        if (name is "rope" or "mrope" or "xpos" && shape.HeadDim % 2 != 0)
        {
            return [];
        }

        string rotary = Math.Max(2, shape.HeadDim / 4 * 2).ToString(CultureInfo.InvariantCulture);
        string slopes = string.Join(' ', Enumerable.Range(0, shape.Heads).Select(head => (0.37 / (head + 1)).ToString("F4", CultureInfo.InvariantCulture)));
        int pairs = shape.HeadDim / 2, third = Math.Max(1, pairs / 3);
        string sections = pairs < 3 ? $"{pairs}" : $"{third} {third} {pairs - (2 * third)}";
        string Factors(double step) => string.Join(' ', Enumerable.Range(0, pairs).Select(pair => (1 + (step * pair)).ToString("F3", CultureInfo.InvariantCulture)));
        IEnumerable<string> texts = Picked.GetValueOrDefault(name, []).Select(text => text.Replace("{rotary}", rotary).Replace("{slopes}", slopes)
            .Replace("{sections}", sections).Replace("{half}", $"{Math.Max(2, shape.HeadDim / 4 * 2) / 2}").Replace("{short}", Factors(0.01)).Replace("{long}", Factors(0.2)));
        if (!Picked.ContainsKey(name))
        {
            texts = Catalogue.Encodings.Single(entry => entry.Name == name).Parameters.SelectMany(TypeVariants.Settings);
        }

        IEnumerable<string> all = name is "learned" or "mrope" ? texts : texts.Prepend("");
        return all.Select(text => new EncodingDeclaration(name, Argument.ParseList(typeof(PositionalEncodingAttribute), text)));
    }
}
