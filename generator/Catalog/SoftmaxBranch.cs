using System.Collections.Generic;

namespace AttentionGen.Generator.Catalog;

/// <summary>One softmax of an attention: most types have one, some add several with a coefficient each.</summary>
/// <param name="Passes">The passes over the keys; no key is visible to one query in two of them.</param>
/// <param name="Coefficient">What the softmax's output is multiplied by before the branches are added.</param>
/// <param name="FirstFeature">The first feature of queries and keys that the branch compares; it takes <see cref="Spec.AttentionShape.QueryDim"/> of them.</param>
public sealed record SoftmaxBranch(IReadOnlyList<KeyRange> Passes, double Coefficient = 1, int FirstFeature = 0);
