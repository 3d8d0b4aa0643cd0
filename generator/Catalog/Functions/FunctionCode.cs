using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>
/// A user function in one dialect. Each part is computed where it first can be: once for a head, for a row of queries, for a register of
/// keys; what needs both a query and a key, or the score, in every register of scores.
/// </summary>
internal sealed class FunctionCode
{
    private readonly Dialect _dialect;
    private readonly FunctionNames _names;
    private readonly FunctionSpeller _speller;
    private readonly List<ScalarExpression> _heads = [], _rows = [], _keys = [], _shared = [];
    private readonly Dictionary<ScalarExpression, int> _uses = [];
    private readonly ScalarExpression _body;

    public FunctionCode(Dialect dialect, ScalarExpression body, FunctionNames names, FunctionRanges ranges, bool fuses)
    {
        _dialect = dialect;
        _body = body;
        _names = names;
        _speller = new FunctionSpeller(dialect, names, ranges, fuses) { Ready = part => _heads.IndexOf(part) is >= 0 and var head ? _names.OfHead(head) : null };
        Assign(body);

        // What contains another value of the head comes after it.
        _heads.Sort(static (left, right) => left.Size.CompareTo(right.Size));
        _shared.AddRange(_uses.Where(static use => use.Value > 1 && use.Key.Operands.Count > 0 && LevelOf(use.Key) == Level.Score).Select(static use => use.Key).OrderBy(static shared => shared.Size));
    }

    private enum Level
    {
        Constant,
        Head,
        Row,
        Key,
        Score,
    }

    /// <summary>Values that a tile is given: what depends on the head alone.</summary>
    public IEnumerable<StepValue> Values()
    {
        foreach (int table in _names.TablesInLanes(_body))
        {
            yield return new StepValue(_names.ElementOf(table) + "*", _names.TableAddress(table), $"({_names.ElementOf(table)}*)Unsafe.AsPointer(ref global::System.Runtime.InteropServices.MemoryMarshal.GetReference({_names.Table(table)}))");
        }

        for (int n = 0; n < _heads.Count; n++)
        {
            yield return new StepValue(FunctionNames.TypeOf(_heads[n]), _names.OfHead(n), _speller.OwnUniform(_heads[n]));
        }
    }

    /// <summary>Statements of a tile: what depends on the head, in all lanes.</summary>
    public IEnumerable<string> Prepare() =>
        _heads.Select((head, n) => $"{_speller.TypeOf(head)} {_names.InLanes(_names.OfHead(n))} = {_speller.InAllLanes(head.Type, _names.OfHead(n))};");

    /// <summary>Statements of a row: what depends on the query.</summary>
    public IEnumerable<string> PrepareRow(int row)
    {
        if (_body.Uses(ScalarInputs.Query))
        {
            yield return $"int {_names.Query} = {Index.Plus("query", row)};";
        }

        for (int n = 0; n < _rows.Count; n++)
        {
            yield return $"{_speller.TypeOf(_rows[n])} {_names.OfRow(n)} = {_speller.InAllLanes(_rows[n].Type, _speller.OwnUniform(_rows[n]))};";
        }
    }

    /// <summary>Statements of a register of keys: what depends on the key.</summary>
    public IEnumerable<string> PrepareKeys(int vector, string key)
    {
        for (int n = 0; n < _keys.Count; n++)
        {
            yield return $"{_speller.TypeOf(_keys[n])} {_names.OfKey(n, vector)} = {_speller.Lanes(_keys[n], part => OfKeys(part, key))};";
        }
    }

    /// <summary>Statements of a register of scores: what is needed more than once.</summary>
    public IEnumerable<string> PrepareScore(ScoreAt at)
    {
        for (int n = 0; n < _shared.Count; n++)
        {
            yield return $"{_speller.TypeOf(_shared[n])} {_names.Shared(n)} = {_speller.Lanes(_shared[n], part => part.Equals(_shared[n]) ? null : InScores(part, at))};";
        }
    }

    /// <summary>The function's result in a register of scores.</summary>
    public string Result(ScoreAt at) => _speller.Lanes(_body, part => InScores(part, at));

    private static Level LevelOf(ScalarExpression expression) =>
        expression.Uses(ScalarInputs.Score) || (expression.Uses(ScalarInputs.Key) && expression.Uses(ScalarInputs.Query)) ? Level.Score
        : expression.Uses(ScalarInputs.Key) ? Level.Key
        : expression.Uses(ScalarInputs.Query) ? Level.Row
        : expression.Uses(ScalarInputs.Head) ? Level.Head
        : Level.Constant;

    private static bool IsKeyAsFloat(ScalarExpression part) => part is { Operation: ScalarOperation.ToFloat } && part.Operands[0].Operation == ScalarOperation.Key;

    private void Assign(ScalarExpression expression)
    {
        _uses[expression] = _uses.TryGetValue(expression, out int uses) ? uses + 1 : 1;
        if (uses > 0)
        {
            return;
        }

        Level level = LevelOf(expression);
        if (level == Level.Score)
        {
            foreach (ScalarExpression operand in expression.Operands)
            {
                Assign(operand);
            }

            return;
        }

        // The key as a float is at hand.
        List<ScalarExpression>? list = level switch
        {
            Level.Head => _heads,
            Level.Row => _rows,
            Level.Key when !IsKeyAsFloat(expression) => _keys,
            _ => null,
        };
        list?.Add(expression);
        if (level is Level.Row or Level.Key)
        {
            AssignHeads(expression);
        }
    }

    private void AssignHeads(ScalarExpression expression)
    {
        if (LevelOf(expression) == Level.Head)
        {
            if (!_heads.Contains(expression))
            {
                _heads.Add(expression);
            }

            return;
        }

        foreach (ScalarExpression operand in expression.Operands)
        {
            AssignHeads(operand);
        }
    }

    // What stands ready for a register of keys.
    private string? OfKeys(ScalarExpression part, string key) =>
        part.Operation == ScalarOperation.Key ? _dialect.Spell(Operation.ToInt, key)
        : IsKeyAsFloat(part) ? key
        : _heads.IndexOf(part) is >= 0 and var head ? _names.InLanes(_names.OfHead(head))
        : null;

    // What stands ready for a register of scores, already in lanes.
    private string? InScores(ScalarExpression part, ScoreAt at)
    {
        if (part.Operation == ScalarOperation.Score)
        {
            return at.Score;
        }

        if (IsKeyAsFloat(part))
        {
            return at.Key;
        }

        int shared = _shared.IndexOf(part);
        return shared >= 0 ? _names.Shared(shared) : LevelOf(part) switch
        {
            Level.Head when _heads.Contains(part) => _names.InLanes(_names.OfHead(_heads.IndexOf(part))),
            Level.Row when _rows.Contains(part) => _names.OfRow(_rows.IndexOf(part)),
            Level.Key when _keys.Contains(part) => _names.OfKey(_keys.IndexOf(part), at.Vector),
            _ => null,
        };
    }
}
