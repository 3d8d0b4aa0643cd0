namespace AttentionGen.Reference;

/// <summary>Whether a query sees a key once everything that can hide it has had its say.</summary>
public static class Visibility
{
    /// <summary>True when the pair takes part in the softmax.</summary>
    public static bool Sees(ReferenceProblem problem, ReferenceSoftmax softmax, int batch, int head, int query, int key)
    {
        int aligned = query + problem.AlignmentOffset;
        return softmax.Sees(problem.Parameters, aligned, key, problem.KeyLengths?[batch] ?? problem.Sizes.KeyLength)
            && (!problem.Causal || key <= aligned)
            && (problem.Functions?.Keep is not { } keep || keep(head, aligned, key))
            && (problem.KeyLengths is null || key < problem.KeyLengths[batch])
            && (problem.Keep is null || problem.Keep.At(batch, head, query, key))
            && (problem.Blocks is null || problem.Blocks.At(batch, head, query, key))
            && (problem.Drop is null || !problem.Drop.At(batch, head, query, key));
    }
}
