using System.Globalization;

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
        ["relative"] = ["MaxRelativePosition = 5, Scaled = false", "MaxRelativePosition = 1", "MaxRelativePosition = 200, Values = false"],
        ["t5"] = ["Buckets = 2, MaxDistance = 9", "Buckets = 6, MaxDistance = 40, Bidirectional = false"],
    };

    /// <summary>Every variant that fits the head shape.</summary>
    public static IReadOnlyList<EncodingDeclaration[]> For(HeadShape shape, IEnumerable<string> names)
    {
        List<EncodingDeclaration[]> variants = [.. names.SelectMany(name => Of(name, shape)).Select(encoding => new[] { encoding })];
        if (shape.HeadDim % 2 == 0)
        {
            // Allowed with a warning, so it has to be right.
            variants.Add([new("rope", []), new("alibi", [])]);
            variants.Add([new("rope", []), new("relative", []), new("t5", [])]);
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
