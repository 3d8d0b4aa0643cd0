using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>A user function applied to registers of scores: <c>Score</c> changes them, <c>Keep</c> hides some.</summary>
internal sealed class FunctionStep : ScoreStep
{
    private readonly ScalarExpression _body;
    private readonly FunctionNames _names;
    private readonly FunctionRanges _ranges;
    private readonly bool _hides;
    private FunctionCode? _code;
    private Dialect? _dialect;

    private FunctionStep(ScalarExpression body, FunctionNames names, FunctionRanges ranges, bool hides)
    {
        _body = body;
        _names = names;
        _ranges = ranges;
        _hides = hides;
    }

    public override ScoreOrder Order => ScoreOrder.Function;

    public override bool UsesIndices => _body.Uses(ScalarInputs.Query | ScalarInputs.Key);

    public override IEnumerable<StepValue> Values(Dialect dialect) => In(dialect.HasPointers ? Dialect.Scalar : dialect).Values();

    public override IEnumerable<string> Members => _names.Members();

    /// <summary>The steps of a class's own functions: first its score, then what its mask leaves to be decided pair by pair.</summary>
    public static IEnumerable<ScoreStep> Of(AttentionSpec spec)
    {
        var ranges = new FunctionRanges(AttentionShape.Of(spec));
        if (spec.Score is { } score)
        {
            yield return new FunctionStep(new BaseTwo(ranges).Of(score.Body), new FunctionNames("scoring", score.Tables), ranges, hides: false);
        }

        if (spec.Keep is { } keep && KeepShape.Of(spec).Rest is { } rest)
        {
            yield return new FunctionStep(rest, new FunctionNames("keeping", keep.Tables), ranges, hides: true);
        }
    }

    public override IEnumerable<string> Prepare(Dialect dialect) => In(dialect).Prepare();

    public override IEnumerable<string> PrepareRow(Dialect dialect, int row) => In(dialect).PrepareRow(row);

    public override IEnumerable<string> PrepareKeys(Dialect dialect, int vector, string key) => In(dialect).PrepareKeys(vector, key);

    public override IEnumerable<string> Statements(Dialect dialect, ScoreAt at)
    {
        string result = In(dialect).Result(at);
        return In(dialect).PrepareScore(at).Append($"{at.Score} = {(_hides ? dialect.Select(result, at.Score, dialect.Broadcast("float.NegativeInfinity")) : result)};");
    }

    private FunctionCode In(Dialect dialect)
    {
        if (_code is null || _dialect != dialect)
        {
            _code = new FunctionCode(dialect, _body, _names, _ranges, fuses: !_hides);
            _dialect = dialect;
        }

        return _code;
    }
}
