using System.Globalization;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.Declarations;

/// <summary>The encodings a declaration is tested with: every catalogue entry with its defaults, and hand-picked settings.</summary>
public static class EncodingVariants
{
    // {rotary}: an even number of features, about half the head dim. {slopes}: one number per head.
    private static readonly Dictionary<string, string[]> Picked = new()
    {
        ["rope"] = ["Layout = Interleaved", "RotaryDim = {rotary}", "RotaryDim = {rotary}, Layout = Interleaved, Base = 500000"],
        ["alibi"] = ["Slopes = [{slopes}]"],
        ["learned"] = ["MaxLength = 2048"],
    };

    /// <summary>Every variant that fits the head shape and, where there are no scores, does not act on them.</summary>
    public static IReadOnlyList<EncodingDeclaration[]> For(HeadShape shape, IEnumerable<string> names, bool hasScores)
    {
        List<EncodingDeclaration[]> variants = [.. names.Where(name => hasScores || ReferenceEncodings.All[name].ScoreBias is null).SelectMany(name => Of(name, shape)).Select(encoding => new[] { encoding })];
        if (shape.HeadDim % 2 == 0 && hasScores)
        {
            // Allowed with a warning, so it has to be right.
            variants.Add([new("rope", []), new("alibi", [])]);
        }

        return variants;
    }

    private static IEnumerable<EncodingDeclaration> Of(string name, HeadShape shape)
    {
        if (name == "rope" && shape.HeadDim % 2 != 0)
        {
            return [];
        }

        string rotary = Math.Max(2, shape.HeadDim / 4 * 2).ToString(CultureInfo.InvariantCulture);
        string slopes = string.Join(' ', Enumerable.Range(0, shape.Heads).Select(head => (0.37 / (head + 1)).ToString("F4", CultureInfo.InvariantCulture)));
        IEnumerable<string> texts = Picked.GetValueOrDefault(name, []).Select(text => text.Replace("{rotary}", rotary).Replace("{slopes}", slopes));
        IEnumerable<string> all = name == "learned" ? texts : texts.Prepend("");
        return all.Select(text => new EncodingDeclaration(name, Argument.ParseList(typeof(PositionalEncodingAttribute), text)));
    }
}
