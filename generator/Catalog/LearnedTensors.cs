using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>The learned tensors of a declaration besides its projections, in the order in which a layer keeps them.</summary>
public static class LearnedTensors
{
    /// <summary>Those of its type, its encodings and its modifiers.</summary>
    public static IReadOnlyList<LearnedTensor> Of(AttentionSpec spec)
    {
        IEnumerable<LearnedTensor> ofType = Catalog.FindType(spec.Type)?.Tensors(spec) ?? [];
        IEnumerable<LearnedTensor> ofEncodings = UsedEncodings.Of(spec).SelectMany(used => used.Encoding.Tensors(spec, used.Spec));
        IEnumerable<LearnedTensor> ofModifiers = Catalog.Modifiers.Where(modifier => modifier.IsDeclared(spec)).SelectMany(modifier => modifier.Tensors(spec));
        return [.. ofType.Concat(ofEncodings).Concat(ofModifiers)];
    }
}
