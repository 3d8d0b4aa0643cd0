namespace AttentionGen.Kernels;

/// <summary>Conditions on the learned tensors and the dropout seed that a call is given.</summary>
internal static class LearnedChecks
{
    public static void Check(KernelDescription kernel, in AttentionArguments arguments)
    {
        CheckOptional(kernel, arguments.QueryGain, kernel.Gains, nameof(AttentionArguments.QueryGain), "QkNorm = QkNormalisation.Rms");
        CheckOptional(kernel, arguments.KeyGain, kernel.Gains, nameof(AttentionArguments.KeyGain), "QkNorm = QkNormalisation.Rms");
        CheckOptional(kernel, arguments.SinkLogits, kernel.SinkLogits?.Length ?? 0, nameof(AttentionArguments.SinkLogits), "LearnedSinks = true");
        foreach (float logit in arguments.SinkLogits)
        {
            if (float.IsNaN(logit) || float.IsPositiveInfinity(logit))
            {
                throw new ArgumentOutOfRangeException(nameof(AttentionArguments.SinkLogits), logit, "Expected finite logits, or negative infinity for a head without a sink.");
            }
        }

        if (arguments.DropoutSeed is { } seed && kernel.Dropout == 0)
        {
            throw new ArgumentException($"{kernel.Name} does not declare Dropout, so a seed has no effect: expected null, got {seed}.", nameof(AttentionArguments.DropoutSeed));
        }
    }

    private static void CheckOptional(KernelDescription kernel, ReadOnlySpan<float> given, int expected, string name, string declared)
    {
        if (given.IsEmpty)
        {
            return;
        }

        if (expected == 0)
        {
            throw new ArgumentException($"{kernel.Name} does not declare {declared}, so {name} has no effect: expected none, got {given.Length} elements.", name);
        }

        if (given.Length != expected)
        {
            throw new ArgumentException($"Expected [{expected}] elements, but {name} holds {given.Length}.", name);
        }
    }
}
