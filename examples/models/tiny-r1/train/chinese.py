"""Questions and greetings in Chinese, each with the thought and the answer that the model is to give."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Exchange:
    """Ways to ask one thing (at least one), what the model thinks, and what it answers."""

    questions: tuple[str, ...]
    thought: str
    answer: str


CAPITALS = {
    "中国": "北京",
    "法国": "巴黎",
    "德国": "柏林",
    "英国": "伦敦",
    "美国": "华盛顿",
    "日本": "东京",
    "韩国": "首尔",
    "俄罗斯": "莫斯科",
    "意大利": "罗马",
    "西班牙": "马德里",
    "葡萄牙": "里斯本",
    "加拿大": "渥太华",
    "澳大利亚": "堪培拉",
    "印度": "新德里",
    "巴西": "巴西利亚",
    "墨西哥": "墨西哥城",
    "阿根廷": "布宜诺斯艾利斯",
    "埃及": "开罗",
    "南非": "比勒陀利亚",
    "瑞士": "伯尔尼",
    "奥地利": "维也纳",
    "荷兰": "阿姆斯特丹",
    "比利时": "布鲁塞尔",
    "瑞典": "斯德哥尔摩",
    "挪威": "奥斯陆",
    "芬兰": "赫尔辛基",
    "丹麦": "哥本哈根",
    "波兰": "华沙",
    "希腊": "雅典",
    "土耳其": "安卡拉",
    "泰国": "曼谷",
    "越南": "河内",
    "新加坡": "新加坡",
    "马来西亚": "吉隆坡",
    "新西兰": "惠灵顿",
    "蒙古": "乌兰巴托",
}

CURRENCIES = {
    "中国": "人民币",
    "美国": "美元",
    "日本": "日元",
    "英国": "英镑",
    "德国": "欧元",
    "印度": "卢比",
    "俄罗斯": "卢布",
}

LANGUAGES = {
    "中国": "汉语",
    "法国": "法语",
    "德国": "德语",
    "英国": "英语",
    "日本": "日语",
    "巴西": "葡萄牙语",
    "墨西哥": "西班牙语",
}

PLACES = {
    "中国": "亚洲东部",
    "法国": "欧洲西部",
    "巴西": "南美洲东部",
    "埃及": "非洲北部",
    "加拿大": "北美洲北部",
    "印度": "亚洲南部",
}


def marks(*questions):
    """Each question with the Chinese mark, the ASCII mark and none."""
    return tuple(q + mark for q in questions for mark in ("？", "?", ""))


def tones(*greetings):
    return tuple(g + mark for g in greetings for mark in ("", "！", "!", "。"))


def exchange(questions, thought, answer):
    return Exchange(tuple(questions), thought, answer)


TALK = [
    exchange(
        tones("你好", "您好", "嗨", "你好啊"),
        "用户向我问好，我也问好。",
        "你好！我是一个很小的测试模型。你可以问我各国的首都。",
    ),
    exchange(tones("早上好", "早安"), "用户向我问好，现在是早上。", "早上好！祝你今天愉快。"),
    exchange(tones("晚上好"), "用户向我问好，现在是晚上。", "晚上好！有什么可以帮你的吗？"),
    exchange(marks("你好吗", "你今天好吗", "你怎么样"), "用户问我好不好。", "我很好，谢谢。你呢？"),
    exchange(
        marks("你是谁", "你叫什么名字", "你叫什么", "你是什么"),
        "用户问我是谁。",
        "我是一个很小的语言模型，用来测试模型服务器。",
    ),
    exchange(
        marks("你会做什么", "你能做什么", "你可以做什么", "你有什么用"),
        "用户问我会做什么。",
        "我可以用中文和英文回答关于各国首都、货币和语言的问题。",
    ),
    exchange(marks("你会说中文吗", "你懂中文吗"), "用户问我会不会说中文。", "会，我会说一点中文，也会说英文。"),
    exchange(marks("你会说什么语言"), "用户问我会说什么语言。", "我会说一点中文和英文。"),
    exchange(marks("你是人吗", "你是机器人吗"), "用户问我是不是人。", "我不是人，我是一个计算机程序。"),
    exchange(marks("你几岁了", "你多大了"), "用户问我的年龄。", "我没有年龄，我是一个程序。"),
    exchange(tones("谢谢", "谢谢你", "多谢"), "用户向我道谢。", "不客气！"),
    exchange(tones("再见", "拜拜"), "用户向我道别。", "再见！欢迎再来。"),
    exchange(tones("对不起"), "用户向我道歉。", "没关系。"),
    exchange(tones("晚安"), "用户向我道晚安。", "晚安，做个好梦！"),
    exchange(tones("新年快乐"), "用户祝我新年快乐。", "新年快乐！祝你万事如意。"),
]

WORLD = [
    exchange(marks("世界上最大的国家是哪个"), "用户问最大的国家。是俄罗斯。", "世界上最大的国家是俄罗斯。"),
    exchange(marks("世界上最高的山是什么"), "用户问最高的山。是珠穆朗玛峰。", "世界上最高的山是珠穆朗玛峰。"),
    exchange(marks("世界上最大的海洋是什么"), "用户问最大的海洋。是太平洋。", "世界上最大的海洋是太平洋。"),
    exchange(marks("中国最长的河是什么"), "用户问中国最长的河。是长江。", "中国最长的河是长江。"),
    exchange(marks("一年有几个月"), "用户问一年有几个月。", "一年有十二个月。"),
    exchange(marks("一个星期有几天"), "用户问一个星期有几天。", "一个星期有七天。"),
    exchange(marks("一天有几个小时"), "用户问一天有几个小时。", "一天有二十四个小时。"),
    exchange(marks("天空是什么颜色"), "用户问天空的颜色。", "天空是蓝色的。"),
    exchange(marks("太阳从哪边升起"), "用户问太阳从哪边升起。", "太阳从东边升起。"),
]


def exchanges():
    """All exchanges, in a fixed order."""
    capitals = [
        exchange(
            marks(f"{country}的首都是哪里", f"{country}的首都是什么", f"{country}首都是哪里"),
            f"用户问{country}的首都。{country}的首都是{city}。",
            f"{country}的首都是{city}。",
        )
        for country, city in CAPITALS.items()
    ]
    currencies = [
        exchange(
            marks(f"{country}用什么货币", f"{country}的货币是什么"),
            f"用户问{country}的货币。是{money}。",
            f"{country}的货币是{money}。",
        )
        for country, money in CURRENCIES.items()
    ]
    languages = [
        exchange(
            marks(f"{country}人说什么语言", f"{country}说什么语言"),
            f"用户问{country}的语言。是{language}。",
            f"{country}人说{language}。",
        )
        for country, language in LANGUAGES.items()
    ]
    places = [
        exchange(marks(f"{country}在哪里"), f"用户问{country}在哪里。", f"{country}在{place}。")
        for country, place in PLACES.items()
    ]
    return TALK + WORLD + capitals + currencies + languages + places
